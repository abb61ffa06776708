//! The words of the steps of `up`: what each does and why. `lab` makes its plan of the English ones, the dashboard
//! shows them in the language chosen. Nobody else.

use super::Lang;
use super::words::Word;

/// The title and the reason of a step, by its id.
pub fn step(id: &str) -> Option<(Word, Word)> {
    Some(match id {
        "preflight" => (Word::StepPreflight, Word::StepPreflightWhy),
        "cluster" => (Word::StepCluster, Word::StepClusterWhy),
        "connect" => (Word::StepConnect, Word::StepConnectWhy),
        "check" => (Word::StepCheck, Word::StepCheckWhy),
        "init-config" => (Word::StepInitConfig, Word::StepInitConfigWhy),
        "localstack" => (Word::StepLocalstack, Word::StepLocalstackWhy),
        "init" => (Word::StepInit, Word::StepInitWhy),
        "images" => (Word::StepImages, Word::StepImagesWhy),
        "manifests" => (Word::StepManifests, Word::StepManifestsWhy),
        "rollouts" => (Word::StepRollouts, Word::StepRolloutsWhy),
        _ => return None,
    })
}

/// A step's title in a language. What the plan says beyond the words, such as a provider's name, stays.
pub fn title(id: &str, title: &str, lang: Lang) -> String {
    match step(id).and_then(|(word, _)| Some((word, title.strip_prefix(word.text(Lang::En))?))) {
        Some((word, rest)) => format!("{}{rest}", word.text(lang)),
        None => title.to_owned(),
    }
}

/// A step's reason in a language.
pub fn why(id: &str, why: &'static str, lang: Lang) -> &'static str {
    let own = step(id).map(|(_, word)| word);
    let words = own.into_iter().chain([Word::StepImagesPresentWhy]);
    words.into_iter().find(|word| word.text(Lang::En) == why).map_or(why, |word| word.text(lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_title_says_beyond_its_words_stays() {
        assert_eq!(title("cluster", "start the cluster (sandbox)", Lang::Ja), "クラスターを起動する (sandbox)");
        assert_eq!(title("cluster", "something else", Lang::Ja), "something else");
        assert_eq!(title("unknown", "x", Lang::Ja), "x");
        assert_eq!(why("check", Word::StepCheckWhy.text(Lang::En), Lang::Ja), Word::StepCheckWhy.text(Lang::Ja));
        assert_eq!(why("images", "another reason", Lang::Ja), "another reason");
    }
}
