//! Words that hold a sentence together and say nothing of its subject.
//!
//! How rare a word is does not tell them: `what` and `how` are frequent in questions and rare in answers, and would
//! weigh like names. They are told by language, and count as fillers where a question has other words; where it has
//! none, they are what is searched.

use crate::tongue::Tongue;

const ENGLISH: &str = "a about above after again against all also am among an and any anyone anything are as at be \
    because been before being below between both but by can cannot could did do does doing down during each either \
    else ever every few for from further had has have having he her here hers him his how i if in into is it its just \
    may me might more most much must my neither no nor not of off on once one only or other our out over own per \
    shall she should since so some such than that the their them then there these they this those through to too \
    under until up upon us very was we were what whatever when where whether which while who whom whose why will with \
    within without would yet you your";

const GERMAN: &str = "aber alle als also am an auch auf aus bei bin bis das dass dein dem den der des die dies diese \
    dieser du durch ein eine einem einen einer eines er es fur gegen gibt hat hatte hier ich ihr im in ist ja kann kein \
    keine konnen man mehr mein mit muss nach nicht nur ob oder ohne sein sich sie sind so soll uber um und uns unter \
    vom von vor wann war waren warum was welche welcher welches wenn wer werden wie wird wo wurde zu zum zur zwischen";

const FRENCH: &str = "a alors au aucun aussi autre aux avec car ce cela ces cet cette comme comment d dans de des donc \
    du elle elles en entre est et etre eu il ils j je l la le les leur lui mais me meme mes moi mon ne nos notre nous \
    on ont ou par pas peut plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se ses si son \
    sont sur te tes toi ton tous tout tu un une vos votre vous y";

const SPANISH: &str = "a al algo como con contra cual cuales cuando de del desde donde durante e el ella ellas ellos \
    en entre era es esa ese eso esta estan estas este esto estos fue ha hace hacia han hasta hay la las le les lo los \
    mas me mi muy no nos o para pero por porque puede que quien se segun ser si sin sobre son su sus tambien te tiene \
    todo todos tu un una uno unos y ya yo";

/// Whether a word, as the index spells it, is one of that language's.
pub(crate) fn is_function_word(tongue: Tongue, word: &str) -> bool {
    const LISTS: [(&str, &str); 4] = [("en", ENGLISH), ("de", GERMAN), ("fr", FRENCH), ("es", SPANISH)];
    LISTS.iter().any(|(name, list)| {
        tongue == Tongue::named(name) && list.split_ascii_whitespace().any(|function| function == word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn function_words_are_told_by_language() {
        for (tongue, word, expected) in [
            ("en", "what", true),
            ("en", "wing", false),
            ("de", "die", true),
            ("en", "die", false),
            ("xx", "the", false),
        ] {
            assert_eq!(is_function_word(Tongue::named(tongue), word), expected, "{tongue} {word}");
        }
    }
}
