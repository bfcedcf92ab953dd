using System.Globalization;
using System.Text;

namespace Nines.Reports.Pages;

/// <summary>A page as GitHub-flavoured Markdown. What a target said stays text: whatever Markdown or HTML would read is escaped.</summary>
public static class MarkdownPage
{
    /// <summary>All that could begin markup within a line: emphasis, links, code, HTML, tables, mentions of issues and people.</summary>
    private const string Special = "\\`*_{}[]<>()#+!|~@&$^=:";

    public static string Of(Page page)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {Escape(page.Title)}\n\n{Escape(page.Subtitle)}\n");
        var withLegend = true;
        foreach (var section in page.Sections)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{new string('#', section.Level)} {Escape(section.Heading)}\n");
            foreach (var block in section.Blocks)
            {
                Append(text.Append('\n'), block);
                if (!withLegend || block is not Block.Days) continue;
                text.Append(CultureInfo.InvariantCulture, $"\n{BlockChart.Legend}\n");
                withLegend = false;
            }
        }
        return text.Append(CultureInfo.InvariantCulture, $"\n---\n\n{Escape(page.Footer)}\n").ToString();
    }

    private static void Append(StringBuilder text, Block block)
    {
        switch (block)
        {
            case Block.Words words:
                text.Append(Escape(words.Text)).Append('\n');
                break;
            case Block.Lines lines:
                foreach (var line in lines.Items) text.Append("* ").Append(Escape(line)).Append('\n');
                break;
            case Block.Code code:
                // A fence that is longer than any in the text: it cannot be closed from within.
                var fence = new string('`', Math.Max(3, LongestRun(code.Text) + 1));
                text.Append(CultureInfo.InvariantCulture, $"{fence}text\n{OneLine(code.Text)}\n{fence}\n");
                break;
            case Block.Figures figures:
                Row(text, figures.Items.Select(figure => figure.Name));
                Row(text, figures.Items.Select(_ => "---"), escape: false);
                Row(text, figures.Items.Select(figure => figure.Beside.Length == 0 ? figure.Text : $"{figure.Text} ({figure.Beside})"));
                break;
            case Block.Table { Rows.IsEmpty: true } empty:
                text.Append(Escape(empty.WhenEmpty)).Append('\n');
                break;
            case Block.Table table:
                text.Append(Escape(table.Caption)).Append("\n\n");
                Row(text, table.Columns.Select(column => column.Name));
                Row(text, table.Columns.Select(column => column.IsNumber ? "---:" : "---"), escape: false);
                foreach (var row in table.Rows) Row(text, row);
                break;
            case Block.Days days:
                text.Append(CultureInfo.InvariantCulture, $"`{BlockChart.Of(days)}` {(days.Items.IsEmpty ? "" : $"{days.Items[0].Date} to {days.Items[^1].Date}")}\n");
                break;
            case Block.Trend trend:
                text.Append(CultureInfo.InvariantCulture, $"`{BlockChart.Of(trend)}` {Escape(trend.Caption)}\n");
                break;
            case Block.Bars bars:
                Append(text, bars);
                break;
            default:
                throw new InvalidOperationException("Block is a closed hierarchy.");
        }
    }

    private static void Append(StringBuilder text, Block.Bars bars)
    {
        text.Append(Escape(bars.Caption)).Append(bars.Items.IsEmpty ? ": nothing.\n" : "\n\n");
        if (bars.Items.IsEmpty) return;
        Row(text, [bars.Caption, "", "Amount"]);
        Row(text, ["---", "---", "---:"], escape: false);
        foreach (var bar in bars.Items) text.Append(CultureInfo.InvariantCulture, $"| {Escape(bar.Label)} | {BlockChart.Of(bar, bars)} | {Escape(bar.Text)} |\n");
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells, bool escape = true) =>
        text.Append("| ").AppendJoin(" | ", cells.Select(cell => escape ? Escape(cell) : cell)).Append(" |\n");

    internal static string Escape(string text)
    {
        var clean = new StringBuilder(text.Length + 16);
        var line = OneLine(text);
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            // Ordinary prose has colons, brackets and the like: they are escaped where they could begin something, not in figures.
            if (c is '(' or ')' or ':' or '=' or '+' or '!' or '$' or '.' ? MayBegin(line, i) : Special.Contains(c, StringComparison.Ordinal)) clean.Append('\\');
            // A list, a quote or a rule begins at the start of a line only.
            else if (i == 0 && c == '-') clean.Append('\\');
            clean.Append(c);
        }
        // A number and a full stop at the start would be a list.
        return clean.Length > 1 && char.IsAsciiDigit(clean[0]) && FirstOther(clean) is { } at && clean[at] == '.' && (at + 1 == clean.Length || clean[at + 1] == ' ') ? clean.Insert(at, '\\').ToString() : clean.ToString();
    }

    /// <summary>Addresses become links by themselves: the colon of "https://" and the bracket after "]" are what makes them.</summary>
    private static bool MayBegin(string text, int at) => text[at] switch
    {
        ':' => at + 1 < text.Length && text[at + 1] == '/' || at + 1 < text.Length && char.IsAsciiLetter(text[at + 1]),
        '.' => at > 2 && text.AsSpan(at - 3, 3).Equals("www", StringComparison.OrdinalIgnoreCase),
        '(' => at > 0 && text[at - 1] == ']',
        '!' => at + 1 < text.Length && text[at + 1] == '[',
        '$' => at + 1 < text.Length && !char.IsAsciiDigit(text[at + 1]),
        '+' or '=' => at == 0,
        _ => false,
    };

    private static int LongestRun(string text)
    {
        var (longest, run) = (0, 0);
        foreach (var c in text)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }
        return longest;
    }

    private static int? FirstOther(StringBuilder text)
    {
        for (var i = 0; i < text.Length; i++)
            if (!char.IsAsciiDigit(text[i])) return i;
        return null;
    }

    private static string OneLine(string text) => string.Concat(text.EnumerateRunes().Select(rune => Rune.IsControl(rune) ? rune.Value is '\n' or '\r' or '\t' ? " " : "\uFFFD" : rune.ToString()));
}
