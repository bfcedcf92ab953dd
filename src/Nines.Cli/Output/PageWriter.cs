using System.Collections.Immutable;
using Nines.Reports.Pages;

namespace Nines.Cli.Output;

/// <summary>A page on a terminal, or in a pipe: headings, sentences, tables, and charts of block characters.</summary>
internal static class PageWriter
{
    private const int NarrowestText = 40, WidestText = 120;

    public static void Write(Page page, Screen screen)
    {
        Line(screen, page.Title, underlined: '=');
        Line(screen, page.Subtitle);
        var withLegend = true;
        foreach (var section in page.Sections)
        {
            screen.Out.Write("\n");
            Line(screen, section.Heading, underlined: section.Level == 2 ? '=' : '-');
            foreach (var block in section.Blocks)
            {
                Write(block, screen);
                if (!withLegend || block is not Block.Days) continue;
                Line(screen, BlockChart.Legend);
                withLegend = false;
            }
        }
        screen.Out.Write("\n");
        Line(screen, page.Footer);
    }

    private static void Write(Block block, Screen screen)
    {
        switch (block)
        {
            case Block.Words words:
                Wrapped(screen, words.Text, "");
                break;
            case Block.Lines lines:
                foreach (var line in lines.Items) Wrapped(screen, line, "* ");
                break;
            case Block.Code code:
                Line(screen, $"    {code.Text}");
                break;
            case Block.Figures figures:
                var name = figures.Items.Max(figure => figure.Name.Length);
                var text = figures.Items.Max(figure => figure.Text.Length);
                foreach (var figure in figures.Items) Line(screen, $"{figure.Name.PadRight(name)}  {figure.Text.PadRight(text)}  {figure.Beside}".TrimEnd());
                screen.Out.Write("\n");
                break;
            case Block.Table { Rows.IsEmpty: true } empty:
                Wrapped(screen, empty.WhenEmpty, "");
                break;
            case Block.Table table:
                screen.Out.Write("\n");
                Line(screen, $"{table.Caption}:");
                ResultWriter.Write(new Table([.. table.Columns.Select(column => column.Name.ToUpperInvariant())], table.Rows), screen);
                screen.Out.Write("\n");
                break;
            case Block.Days days:
                Line(screen, $"{BlockChart.Of(days)}  {(days.Items.IsEmpty ? "" : $"{days.Items[0].Date} to {days.Items[^1].Date}")}");
                break;
            case Block.Trend trend:
                screen.Out.Write("\n");
                Line(screen, $"{BlockChart.Of(trend)}  {trend.Caption}");
                break;
            case Block.Bars bars:
                screen.Out.Write("\n");
                Line(screen, bars.Items.IsEmpty ? $"{bars.Caption}: nothing." : $"{bars.Caption}:");
                if (!bars.Items.IsEmpty) ResultWriter.Write(new Table(["", "", ""], [.. bars.Items.Select(bar => (ImmutableArray<string>)[bar.Label, BlockChart.Of(bar, bars), bar.Text])]), screen);
                break;
            default:
                throw new InvalidOperationException("Block is a closed hierarchy.");
        }
    }

    private static void Line(Screen screen, string text, char? underlined = null)
    {
        var printed = ResultWriter.Printable(text, keepLines: false);
        screen.Out.Write(printed + "\n");
        if (underlined is { } with) screen.Out.Write(new string(with, printed.Length) + "\n");
    }

    /// <summary>On a terminal, lines broken between words; into a pipe, as they are.</summary>
    private static void Wrapped(Screen screen, string text, string bullet)
    {
        var left = ResultWriter.Printable(text, keepLines: false);
        var width = screen.IsTerminal ? Math.Clamp(screen.Width, NarrowestText, WidestText) - bullet.Length : int.MaxValue;
        var indent = bullet;
        while (left.Length > width)
        {
            var at = left.LastIndexOf(' ', width);
            if (at <= 0) at = width;
            screen.Out.Write($"{indent}{left[..at]}\n");
            (left, indent) = (left[at..].TrimStart(), new string(' ', bullet.Length));
        }
        screen.Out.Write($"{indent}{left}\n");
    }
}
