using System.Text;
using Nines.Ledger.History;

namespace Nines.Pricing.Plan;

/// <summary>
/// Rows of a CSV with a header line (RFC 4180 without line breaks in cells; separated by commas, semicolons or tabs, as the header is). Read row by row, for
/// there may be millions, and strict where <see cref="CsvText"/> takes what other tools wrote: a quote that does not end is a mistake with its line.
/// </summary>
internal sealed class CsvTable
{
    private const int MostRows = 2_000_000, MostColumns = 256, LongestLine = 64 << 10;

    private readonly string name, code, form;
    private readonly StreamReader reader;
    private readonly char separator;
    private readonly List<string> cells = [];
    private readonly StringBuilder cell = new();

    /// <param name="code">Of every mistake in its form.</param>
    /// <param name="form">What a row looks like, with an example.</param>
    /// <exception cref="PricingException">There is no header.</exception>
    public CsvTable(byte[] bytes, string name, string code, string form)
    {
        (this.name, this.code, this.form) = (name, code, form);
        reader = new StreamReader(new MemoryStream(bytes), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        var header = NextLine() ?? throw Wrong("is empty");
        separator = CsvText.SeparatorOf(header);
        Split(header);
        if (cells.Count > MostColumns) throw Wrong($"has {cells.Count} columns, more than {MostColumns}");
        Columns = [.. cells.Select(column => column.Trim())];
    }

    public string[] Columns { get; }

    /// <summary>Of the row that was read last, from 1.</summary>
    public int Line { get; private set; }

    /// <returns>The row's cells, good until the next call; null at the end.</returns>
    /// <exception cref="PricingException">A row has too few cells, or a quote that does not end.</exception>
    public IReadOnlyList<string>? Next(int least)
    {
        if (NextLine() is not { } text) return null;
        Split(text);
        return cells.Count >= least ? cells : throw Wrong($"has {cells.Count} of at least {least} cells");
    }

    public PricingException Wrong(string what) => Wrong(code, what, form);

    public PricingException Wrong(string code, string what, string mend) => new(code, $"{name}:{Math.Max(1, Line)}: {what}. {mend}.");

    /// <summary>What a cell says, as far as it can be repeated in a message.</summary>
    public static string Shown(string text)
    {
        var shown = text.Length > 40 ? text[..40] + "…" : text;
        return string.Concat(shown.Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? '\uFFFD' : letter));
    }

    private string? NextLine()
    {
        while (reader.ReadLine() is { } text)
        {
            Line++;
            if (Line > MostRows) throw Wrong($"there are more than {MostRows:N0} lines");
            if (text.Length > LongestLine) throw Wrong($"the line has more than {LongestLine:N0} characters");
            if (!string.IsNullOrWhiteSpace(text)) return text;
        }
        return null;
    }

    private void Split(string text)
    {
        cells.Clear();
        cell.Clear();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (letter == '"')
            {
                if (quoted && i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[++i]);
                else quoted = !quoted;
            }
            else if (letter == separator && !quoted)
            {
                cells.Add(cell.ToString().Trim());
                cell.Clear();
            }
            else cell.Append(letter);
        }
        if (quoted) throw Wrong("a quote is opened and not closed");
        cells.Add(cell.ToString().Trim());
    }
}
