using Nines.Core;

namespace Nines.Ledger.History;

/// <summary>What others wrote, as it may be kept for ever: cut, and without credentials of known shapes.</summary>
public static class SourceText
{
    public const int MostLength = 300;

    public static string Kept(string text, int most = MostLength) => WrittenText.Shown(Redaction.ByShape.Apply(text.Length > most ? text[..(most - 1)] + "…" : text), lines: false);
}
