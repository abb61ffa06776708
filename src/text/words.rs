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
