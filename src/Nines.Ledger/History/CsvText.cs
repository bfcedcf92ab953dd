using System.Text;

namespace Nines.Ledger.History;

/// <summary>Comma-separated text (RFC 4180): quotes doubled, line ends inside of quotes; also with ';' or a tab between the cells.</summary>
public static class CsvText
{
    public const int MostCells = 512, MostCellLength = 1 << 16;

    /// <summary>The rows with the number of the line on which each begins, from 1 on; empty lines are passed over.</summary>
    /// <exception cref="FormatException">A row has more cells, or a cell more characters, than the limits.</exception>
    public static IEnumerable<(int Line, IReadOnlyList<string> Cells)> Read(string text)
    {
        var at = text.StartsWith('\uFEFF') ? 1 : 0;
        var end = text.AsSpan(at).IndexOfAny('\r', '\n');
        var separator = SeparatorOf(end < 0 ? text.AsSpan(at) : text.AsSpan(at, end));
        for (var line = 1; at < text.Length;)
        {
            var (begins, cells) = (line, new List<string>());
            while (true)
            {
                cells.Add(Cell(text, ref at, ref line, separator));
                if (cells.Count > MostCells) throw new FormatException($"Line {begins} has more than {MostCells} cells.");
                if (at >= text.Length || text[at] != separator) break;
                at++;
            }
            if (at < text.Length && text[at] == '\r') at++;
            if (at < text.Length && text[at] == '\n') at++;
            line++;
            if (cells is not [""]) yield return (begins, cells);
        }
    }

    private static string Cell(string text, ref int at, ref int line, char separator)
    {
        var cell = new StringBuilder();
        var quoted = at < text.Length && text[at] == '"';
        if (quoted) at++;
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (quoted && c == '"')
            {
                if (at + 1 < text.Length && text[at + 1] == '"') at++;
                else
                {
                    quoted = false;
                    continue;
                }
            }
            else if (!quoted && (c == separator || c is '\r' or '\n')) break;
            else if (c == '\n') line++;
            if (cell.Length == MostCellLength) throw new FormatException($"Line {line} has a cell of more than {MostCellLength} characters.");
            cell.Append(c);
        }
        return cell.ToString();
    }

    /// <returns>What a header's cells are separated by: of comma, semicolon and tab the one that it has most of.</returns>
    public static char SeparatorOf(ReadOnlySpan<char> header)
    {
        var (commas, semicolons, tabs) = (header.Count(','), header.Count(';'), header.Count('\t'));
        return tabs > commas && tabs > semicolons ? '\t' : semicolons > commas ? ';' : ',';
    }
}
