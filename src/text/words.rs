//! The words of the dashboard, in English and Japanese. Every word has both, or the program does not compile.
//!
//! Kubernetes' own words (Running, BackoffLimitExceeded, a field's name) are not translated: people look them up, and
//! type them.

use std::fmt::Display;

use super::Lang;

macro_rules! words {
    ($($name:ident: $en:literal, $ja:literal;)+) => {
        /// One word or sentence of the dashboard.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "each word is its own documentation")]
        pub enum Word { $($name,)+ }

        impl Word {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// In a language.
            pub const fn text(self, lang: Lang) -> &'static str {
                match lang {
                    Lang::En => match self { $(Self::$name => $en,)+ },
                    Lang::Ja => match self { $(Self::$name => $ja,)+ },
                }
            }
        }
    };
}

/// Puts values in place of `{0}`, `{1}` …
pub fn fill(template: &str, values: &[&dyn Display]) -> String {
    let mut text = template.to_owned();
    for (n, value) in values.iter().enumerate() {
        let place = format!("{{{n}}}");
        if text.contains(&place) {
            text = text.replace(&place, &value.to_string());
        }
    }
    text
}

words! {
    // The panels.
    PanelStart: "Start", "スタート";
    PanelCronjobs: "CronJobs", "CronJob";
    PanelJobs: "Jobs", "Job";
    PanelPods: "Pods", "Pod";
    PanelTree: "Tree", "ツリー";
    PanelLogs: "Logs", "ログ";
    PanelEvents: "Events", "イベント";
    PanelTasks: "Tasks", "タスク";
    PanelReports: "Reports", "レポート";
    PanelFaults: "Faults", "障害";
    PanelStory: "Story", "経緯";
    PanelCronjob: "CronJob", "CronJob";
    PanelJob: "Job", "Job";
    PanelReport: "Report", "レポート";
    PanelObject: "Object", "オブジェクト";
    PanelMessages: "Messages", "メッセージ";

    // The actions.
    ActUp: "up", "上へ";
    ActDown: "down", "下へ";
    ActPageUp: "page up", "前のページ";
    ActPageDown: "page down", "次のページ";
    ActTop: "first", "先頭";
    ActBottom: "last", "末尾";
    ActLeft: "left, fold", "左へ・閉じる";
    ActRight: "right, unfold", "右へ・開く";
    ActOpen: "open", "開く";
    ActBack: "back", "戻る";
    ActNextPanel: "next tab", "次のタブ";
    ActPreviousPanel: "previous tab", "前のタブ";
    ActPalette: "command", "コマンド";
    ActFilter: "filter", "絞り込み";
    ActSearchNext: "next match", "次の一致";
    ActSearchPrevious: "previous match", "前の一致";
    ActSort: "sort by", "並べ替え";
    ActSortReverse: "reverse order", "逆順";
    ActMark: "mark", "選択";
    ActWhy: "why?", "なぜ?";
    ActYaml: "YAML", "YAML";
    ActDescribe: "describe", "詳細";
    ActEdit: "edit", "編集";
    ActDelete: "delete", "削除";
    ActLogs: "logs", "ログ";
    ActPreviousLogs: "previous logs", "前回のログ";
    ActCopy: "copy command", "コマンドをコピー";
    ActTrigger: "run a Job", "Jobを実行";
    ActSuspend: "suspend/resume", "停止・再開";
    ActSchedule: "schedule", "スケジュール";
    ActFollow: "follow", "追従";
    ActWrap: "wrap", "折り返し";
    ActTimestamps: "times", "時刻";
    ActSave: "save", "保存";
    ActAdd: "add a task", "タスクを追加";
    ActComplete: "done/undone", "完了・未完了";
    ActSeed: "sample tasks", "サンプルタスク";
    ActDownload: "download", "ダウンロード";
    ActDownloadAll: "download all", "すべてダウンロード";
    ActDiff: "compare", "比較";
    ActInjectPort: "inject the port fault", "ポート障害を注入";
    ActClearFaults: "clear faults", "障害を解除";
    ActNamespace: "namespace", "Namespace";
    ActRefresh: "refresh", "更新";
    ActTheme: "theme", "テーマ";
    ActLanguage: "日本語", "English";
    ActHelp: "help", "ヘルプ";
    ActQuit: "quit", "終了";

    // Dialogues.
    Cancel: "Cancel", "キャンセル";
    ButtonAdd: "Add", "追加";
    ButtonRun: "Run", "実行";
    ButtonApply: "Apply", "適用";
    ButtonInject: "Inject", "注入";
    ClearAndQuit: "Clear and quit", "解除して終了";
    QuitAnyway: "Quit anyway", "そのまま終了";
    QuitFaultTitle: "A fault is in place", "障害が注入されたままです";
    QuitFaultText: "It stays after you leave, until it is cleared.", "終了しても、解除するまで障害は残ります。";
    DeleteTitle: "Delete {0}?", "{0}件を削除しますか?";
    FieldUser: "User", "ユーザー";
    FieldTitle: "Title", "タイトル";
    FieldCount: "How many", "件数";
    FieldJobName: "Job name", "Job名";
    FieldSchedule: "Schedule", "スケジュール";
    FieldPort: "Port", "ポート";
    FieldSeconds: "For seconds (empty: until cleared)", "秒数(空欄: 解除するまで)";
    FieldNeeded: "{0} is needed", "{0}を入力してください";
    FieldNumber: "a number from {0} to {1} is needed", "{0}から{1}までの数を入力してください";
    SameAs: "the same as", "同じ操作のコマンド";

    // Said now and then.
    Reconnected: "connected again", "再接続しました";
    SettingsRead: "settings read again", "設定を再読み込みしました";
    EditUnchanged: "nothing was changed", "変更はありません";
    Readonly: "read-only: nothing is changed here (--readonly)", "読み取り専用のため変更できません (--readonly)";
    NoSuchCommand: "there is no command {0}; Tab completes, ? helps", "{0}というコマンドはありません。Tabで補完、?でヘルプ";
    NoCronjob: "there is no CronJob to run a Job out of", "Jobの元になるCronJobがありません";
    Copied: "copied: {0}", "コピーしました: {0}";
    Gone: "gone", "削除済み";
    Loading: "loading …", "読み込み中…";
    Empty: "nothing here", "まだ何もありません";
    NothingPasses: "nothing passes the filter {0}; Esc clears it", "フィルター {0} に一致するものがありません。Escで解除";
    StaleSince: "out of date since {0}: {1}", "{0}から更新が止まっています: {1}";
    TooSmall: "too small: 20x5 at least", "画面が小さすぎます (20x5以上)";

    // The panels' own words.
    Everywhere: "Everywhere", "すべての画面";
    JobsHint: "t runs a Job out of the CronJob; 8 shows the tasks that it reports on", "tでCronJobからJobを実行します。8でレポート対象のタスクを表示";
    PodsHint: "pods come with Jobs (t) and Deployments (1, then r)", "PodはJob(t)やDeployment(1のあとr)で作られます";
    ByHand: "by hand", "手動";
    BySchedule: "schedule", "定期";
    Predicted: "predicted", "予測";
    LadderVerdict: "if all {0} attempts left fail: BackoffLimitExceeded in {1}, at {2}", "残り{0}回すべて失敗すると、{1}後({2})にBackoffLimitExceeded";

    // Logs, events, tasks, reports, texts and messages.
    LogNone: "no log is chosen: l on a Job or a pod shows one", "ログが選ばれていません。JobかPodの上でlを押すと表示します";
    LogNoLines: "no line yet", "まだ1行もありません";
    LogWaiting: "waiting for the first line …", "最初の行を待っています…";
    LogLines: "{0} lines", "{0}行";
    LogAttempts: "{0} attempts", "試行{0}回";
    LogNext: "#{0} in {1}", "#{0}まで{1}";
    LogPrevious: "before the last restart", "前回の再起動より前";
    LogFollowing: "following", "追従中";
    LogAtEnd: "ended, at its end", "終了・末尾を表示";
    LogPaused: "paused, {0} below: {1} follows", "一時停止、下に{0}行: {1}で追従";
    LogDropped: "{0} older lines dropped", "古い{0}行は破棄";
    LogKept: "pod deleted, its log kept here", "Podは削除済み、ログはここに保管";
    LogMissed: "pod deleted before its log was read", "ログを読む前にPodが削除されました";
    LogUnread: "not read yet", "未読込";
    LogEndedHere: "the log ends here: {0}", "ログはここまで: {0}";
    LogMoreRows: "… {0} more columns; {1} unwraps", "…あと{0}桁。{1}で折り返し解除";
    SearchNone: "/{0}: no match", "/{0}: 一致なし";
    EventsHint: "events come with Jobs and pods; Kubernetes forgets them after an hour", "イベントはJobやPodの動きで発生し、1時間ほどで消えます";
    EventBy: "told by {0}", "通知元: {0}";
    EventTimes: "{0} times since {1}", "{1}から{0}回";
    EventMeans: "What it means", "意味";
    TasksHint: "a adds a task, S adds sample tasks", "aでタスクを追加、Sでサンプルタスクを追加";
    TasksCount: "{0} DONE, {1} UNDONE", "DONE {0}件、UNDONE {1}件";
    TasksToday: "{0} done today ({1} {2}): today's report", "今日({1} {2})の完了{0}件 = 今日のレポートの件数";
    NotRefreshed: "not up to date: {0}", "更新できません: {0}";
    ReportsHint: "a Job writes them: 2, then t runs one", "Jobが書き出します: 2のあとtでJobを実行";
    ReportsCount: "{0} reports, {1}", "レポート{0}件、{1}";
    ReportsUnread: "JOB shows once a report was opened", "JOBは一度開いたレポートに表示";
    ReportRows: "{0} rows", "{0}行";
    ReportEmpty: "no rows: no task was finished on that day", "行がありません。その日に完了したタスクはありません";
    ReportNoHeader: "the file is empty: it has not even a header", "ファイルは空で、見出し行もありません";
    ReportRagged: "! {0} rows with more or fewer cells than columns", "! 列数と合わない行が{0}行";
    ReportTruncated: "only the first {0} rows are shown; D saves all of it", "先頭の{0}行だけを表示。Dで全体を保存";
    ReportBy: "written by", "作成元";
    ReportByNobody: "nobody left word of having written it", "作成元の記録はありません";
    DiffTitle: "{0} compared with {1}", "{0}と{1}の比較";
    DiffCounts: "+ {0} added  - {1} removed  ~ {2} changed, {3} the same", "+ 追加{0}  - 削除{1}  ~ 変更{2}、同一{3}";
    DiffSame: "both hold the same tasks", "タスクの内容は同じです";
    DiffPartial: "one of the two was not read to its end: this is not all", "片方は途中までしか読んでいないため、すべてではありません";
    DiffBack: "({0} shows the report again)", "({0}キーでレポートに戻る)";
    ObjectNone: "no object is chosen: y or d on a row shows one", "対象が選ばれていません。行の上でyかdを押すと表示します";
    Description: "description", "詳細";
    MessagesEmpty: "nothing was said yet: commands and results appear here", "まだメッセージはありません。実行したコマンドと結果がここに並びます";
    MessagesCount: "{0} messages, newest first", "メッセージ{0}件(新しい順)";

    // The header.
    Live: "live", "最新";
    Connecting: "connecting", "接続中";
    Disconnected: "not connected", "未接続";
    Stale: "stale", "更新停止";
    RetryIn: "again in {0}", "{0}後に再試行";
    FaultBadge: "FAULT {0} {1}→{2}", "障害 {0} {1}→{2}";
    Down: "down", "停止";
    Up: "up", "稼働中";
    ReadonlyBadge: "read-only", "読み取り専用";

    // The steps of `up`: what each does, and why. See `text::steps`.
    StepPreflight: "look whether the lab can run here", "この環境でラボを実行できるか確認する";
    StepPreflightWhy: "what would stop it half way is told before anything is changed", "途中で止まる原因があれば、何かを変更する前にお知らせします";
    StepCluster: "start the cluster", "クラスターを起動する";
    StepClusterWhy: "a lab needs an API server, controllers and a node", "ラボには API サーバー、コントローラー、ノードが必要です";
    StepConnect: "connect to its API server", "API サーバーに接続する";
    StepConnectWhy: "a wrong kubeconfig is better told now than as twelve odd errors later", "kubeconfig の誤りは、後で多くの不可解なエラーになる前に見つけておきます";
    StepCheck: "let the server check the manifests", "マニフェストをサーバーに検証させる";
    StepCheckWhy: "a broken manifest is refused as a whole, nothing is half done", "誤ったマニフェストは適用前に拒否され、中途半端な状態になりません";
    StepInitConfig: "apply LocalStack's init scripts", "LocalStack の初期化スクリプトを適用する";
    StepInitConfigWhy: "they make the table and the bucket when LocalStack starts", "LocalStack の起動時にテーブルとバケットを作成します";
    StepLocalstack: "apply LocalStack", "LocalStack を適用する";
    StepLocalstackWhy: "S3 and DynamoDB for the lab, inside the cluster", "ラボで使う S3 と DynamoDB をクラスター内に用意します";
    StepInit: "wait until LocalStack, the table and the bucket answer", "LocalStack、テーブル、バケットの応答を待つ";
    StepInitWhy: "LocalStack calls itself ready before its init scripts have run", "LocalStack は初期化スクリプトが終わる前に Ready になるためです";
    StepImages: "see to the images", "イメージを用意する";
    StepImagesWhy: "the images are programs that the sandbox knows", "sandbox ではイメージの中身が組み込みのプログラムです";
    StepImagesPresentWhy: "the images must be on the nodes already; nothing is pulled or loaded", "イメージはあらかじめノード上に必要です。取得も転送も行いません";
    StepManifests: "apply the app", "アプリを適用する";
    StepManifestsWhy: "the task API, and the CronJob that reports on its tasks", "タスク API と、そのタスクを集計する CronJob です";
    StepRollouts: "wait until its pods are ready", "Pod が Ready になるのを待つ";
    StepRolloutsWhy: "from here on every command of the tutorial works", "ここから先はチュートリアルのすべてのコマンドが使えます";

    // Start.
    StartBringing: "bringing the lab up", "ラボを起動しています";
    StartFailed: "the lab did not come up", "ラボを起動できませんでした";
    StartIsUp: "the lab is up", "ラボを起動しました";
    StartProgress: "step {0} of {1}", "ステップ {0}/{1}";
    StartLongest: "longest: {0} {1} ({2}%)", "最長: {0} {1} ({2}%)";
    StartWaits: "waits for {0}", "待機中: {0}";
    StartAgain: "{0} tries again; steps that are done are not repeated", "{0} で再試行します。完了したステップはやり直しません";
    StartPlanHint: "{0} shows the steps", "{0} で各ステップを表示";
    StartObjects: "objects", "オブジェクト";
    StartNoLab: "There is no lab to connect to.", "接続できるラボがありません。";
    StartNoLabWhat: "{0} brings one up: a cluster, LocalStack (S3 and DynamoDB), a task API, and a CronJob that reports on finished tasks. What is there already is kept.", "{0} でラボを起動します。クラスター、LocalStack (S3 と DynamoDB)、タスク API、完了したタスクを集計する CronJob を用意します。すでにあるものはそのまま使います。";
    StartLost: "This is what was last known. {0} brings the lab up again.", "最後に確認できた状態です。{0} でラボを再起動します。";
    StartNoLabCommand: "in a shell: k8s-tutor up", "シェルでは: k8s-tutor up";
    StartConnecting: "looking for the lab …", "ラボに接続しています…";
    StartLab: "The lab", "ラボ";
    StartNext: "What to do next", "次にすること";
    StartAllDone: "All done. Break it another way, or read the story ({0}).", "すべて完了です。別の方法で壊してみるか、経緯 ({0}) を読んでみましょう。";
    StartNotThere: "not there", "ありません";
    StartReady: "{0}/{1} ready", "{0}/{1} Ready";
    StartNextRun: "next in {1} ({0})", "次回 {1}後 ({0})";
    StartJobs: "{0} in all · {1} active · {2} complete · {3} failed", "計 {0} · 実行中 {1} · 完了 {2} · 失敗 {3}";
    StartNoFault: "none", "なし";
    PartAws: "S3 and DynamoDB", "S3 と DynamoDB";
    PartApi: "the task API", "タスク API";
    PartBatch: "the nightly report", "日次レポート";
    GuideSeed: "Add sample tasks; some are finished today", "サンプルタスクを追加する (一部は本日完了)";
    GuideRun: "Run a Job out of the CronJob", "CronJob から Job を実行する";
    GuideReport: "Open the CSV report that it wrote", "Job が作成した CSV レポートを開く";
    GuideInject: "Break LocalStack's Service port, then run another Job", "LocalStack の Service のポートを壊し、Job をもう一度実行する";
    GuideWatch: "Watch Kubernetes retry it: 10s, 20s, 40s …", "Kubernetes の再試行を見る: 10秒、20秒、40秒…";
    GuideClear: "Repair the port: the next attempt completes", "ポートを直す: 次の試行で完了します";
    GuideSchedule: "Give the CronJob a schedule, suspend and resume it", "CronJob のスケジュール変更、停止、再開を試す";

    GuideSeedSee: "Tasks lie in DynamoDB (8). The report lists those that were finished on its day.", "タスクは DynamoDB に保存されます (8)。レポートには、その日に完了したタスクが載ります。";
    GuideRunSee: "CronJob > Job > Pod: the CronJob's template makes a Job, the Job makes a pod, the pod writes the report.", "CronJob > Job > Pod: CronJob のテンプレートから Job が、Job から Pod が作られ、Pod がレポートを書きます。";
    GuideReportSee: "The Job put it into S3. Enter shows it as a table, D downloads it.", "Job が S3 に保存したものです。Enter で表として表示、D でダウンロードできます。";
    GuideInjectSee: "The Service moves from port 4566 to 4567, but the program still dials 4566. Run a Job (t) and look at it.", "Service のポートが 4566 から 4567 に変わりますが、プログラムは 4566 に接続し続けます。Job を実行 (t) して確かめましょう。";
    GuideWatchSee: "Enter on the Job shows each attempt, the wait before it and when the next one is due. w tells why.", "Job の上で Enter を押すと、各試行、待ち時間、次の試行の予定が見られます。w で理由を表示します。";
    GuideClearSee: "Nothing has to be restarted: the next attempt finds the port again. That is what retries are for.", "何も再起動する必要はありません。次の試行は元のポートに接続できます。これが再試行の役割です。";
    GuideScheduleSee: "S changes the schedule, for instance */3 * * * *; s suspends and resumes it.", "S でスケジュールを変更 (例: */3 * * * *)、s で停止と再開ができます。";

    // CronJobs.
    CronjobsHint: "the lab brings one: 1, then r", "ラボの起動で作られます: 1 のあと r";
    NextRuns: "Next runs", "次回以降の実行";
    NextRunsSuspended: "Next runs, were it not suspended", "次回以降の実行 (停止中でなければ)";
    NextIn: "in {0}", "{0}後";
    NeverRuns: "never", "実行されません";
    SuspendedWords: "suspended: no Job is started until it is resumed ({0})", "停止中: 再開 ({0}) するまで Job は起動されません";
    LastSchedule: "last schedule {0}", "前回の予定 {0}";
    LastSuccess: "last success {0}", "前回の成功 {0}";
    Ago: "{0} ago", "{0}前";
    NeverYet: "never", "なし";
    TheFields: "Fields: the value in force and what it means", "フィールド: 現在の値と意味";
    TheEvents: "Recent events", "最近のイベント";
    NotThereAnyMore: "It is not there any more. Esc goes back.", "すでに存在しません。Esc で戻ります。";

    // One Job.
    TheAttempts: "Attempts: the wait before each, and the back-off's rule", "試行: 実際の待ち時間とバックオフの規則";
    TheStory: "What led to what", "何が何を引き起こしたか";
    MorePredicted: "… +{0} more", "… ほか {0} 回";
    WhyHint: "{0} tells more", "{0} で詳しい理由";
    NoAttempts: "no pod yet", "まだ Pod がありません";

    // The strip and the story.
    LaneFault: "Fault", "障害";
    LaneLog: "Log", "ログ";
    LaneAttempt: "Attempt", "試行";
    LaneReport: "Report", "レポート";
    Now: "now", "現在";
    StoryEmpty: "Nothing has happened yet. Run a Job, inject a fault: this shows what led to what.", "まだ何も起きていません。Job の実行や障害の注入をすると、何が何を引き起こしたかがここに表示されます。";
    OpensFaults: "{0} opens the faults", "{0} で障害を開く";
    OpensObject: "{0} opens {1}", "{0} で {1} を開く";
    OpensLog: "{0} opens the log of {1}", "{0} で {1} のログを開く";

    // The tree.
    TreeOlder: "… +{0} older", "… ほか {0} 件 (古いもの)";

    // Faults.
    FaultsActive: "In place", "注入中の障害";
    FaultsNone: "No fault is in place: clients reach LocalStack on its own port.", "障害はありません。LocalStack は本来のポートで応答します。";
    FaultsCan: "What can be injected", "注入できる障害";
    FaultPort: "port {0}, should be {1}", "ポート {0} (本来は {1})";
    FaultBy: "by {0}", "注入元: {0}";
    FaultByTool: "k8s-tutor", "k8s-tutor";
    FaultByHand: "hand (kubectl edit or alike)", "手動 (kubectl edit など)";
    FaultSince: "since {0} ({1})", "{0} から ({1})";
    FaultUntil: "cleared by itself in {0}", "{0}後に自動で解除";
    FaultForever: "until it is cleared", "解除するまで続きます";
    FaultEffect: "probed: {0}", "確認結果: {0}";
    FaultBites: "it bites", "効いています";
    FaultHarmless: "it does not bite yet", "まだ効いていません";
    FaultUnprobed: "not probed yet; {0} probes", "未確認 ({0} で確認)";
    FaultConsequences: "Jobs that retry now", "再試行中の Job";
    FaultNoConsequences: "no Job retries now; run one ({0}) to see it fail", "再試行中の Job はありません。{0} で実行すると失敗を確認できます";
    FaultRetrying: "{0}: {1} failed, the next attempt in {2}", "{0}: {1} 回失敗、次の試行は {2}後";
    FaultClearKey: "{0} puts everything back", "{0} で元に戻す";
    FaultInjectKey: "{0} injects it", "{0} で注入";
    FaultSee: "You will see", "起きること";
    FaultWhy: "Why", "理由";
    FaultUndo: "Undo", "元に戻すには";

    // Why?
    WhyTitle: "Why? {0}", "なぜ? {0}";
    WhyNothing: "There is nothing to explain here. Select a CronJob, a Job, an attempt, a pod or an event.", "ここには説明する対象がありません。CronJob、Job、試行、Pod、イベントのいずれかを選んでください。";
    WhyAsItIs: "It is as it should be.", "問題はありません。";
    WhyClose: "Esc closes", "Esc で閉じる";
    WhyScroll: "↑ ↓ scroll", "↑ ↓ スクロール";
    SeverityError: "broken", "異常";
    SeverityWarning: "watch out", "注意";
    SeverityInfo: "good to know", "参考";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_and_both_languages_have_the_same() {
        assert_eq!(fill("{0} of {1}", &[&1, &"two"]), "1 of two");
        for word in Word::ALL {
            let places = |text: &str| (0..4).filter(|n| text.contains(&format!("{{{n}}}"))).collect::<Vec<_>>();
            assert_eq!(places(word.text(Lang::En)), places(word.text(Lang::Ja)), "{word:?}");
            assert!(!word.text(Lang::En).is_empty() && !word.text(Lang::Ja).is_empty());
        }
    }
}
