using System.Globalization;

namespace Nines.Ledger.Text;

/// <summary>A number with its noun, as people say it: 1 probe, 2 probes.</summary>
public static class Counted
{
    /// <param name="noun">In the singular; one whose plural is made with an s.</param>
    public static string Of(int count, string noun) => count == 1 ? $"1 {noun}" : string.Create(CultureInfo.InvariantCulture, $"{count} {noun}s");
}
