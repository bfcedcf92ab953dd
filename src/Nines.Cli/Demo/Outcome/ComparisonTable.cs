using Nines.Core;
using Nines.Ledger.Outages;
using Nines.Ledger.Text;
using NodaTime;
using Spectre.Console;

namespace Nines.Cli.Demo.Outcome;

/// <summary>The result for people: what really happened beside what was measured.</summary>
internal static class ComparisonTable
{
    private const int WidthOfAFile = 170;

    public static void Write(Comparison comparison, TextWriter output, bool terminal, bool color)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = terminal && color ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal && color ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
        });
        if (!terminal) console.Profile.Width = WidthOfAFile;

        var table = new Table().Border(terminal ? TableBorder.Rounded : TableBorder.Ascii2)
            .AddColumns("fault", "component", "really began – ended", "measured (shortest – longest)", "onset", "end", "state", "cause", "detected after");
        foreach (var row in comparison.Rows) table.AddRow([.. Of(row).Select(cell => new Markup(cell))]);
        foreach (var row in comparison.Blind) table.AddRow([.. Of(row).Select(cell => new Markup(cell))]);
        foreach (var outage in comparison.False) table.AddRow([.. Of(outage).Select(cell => new Markup(cell))]);
        console.Write(table);

        console.MarkupLine("""
            really: witnessed directly, past the watched network. onset, end: the true instant lies inside the measured bounds.
            A stale head counts from its last block + the limit, a silent book from its last message + the limit: from then on its users are not served.
            """);
        var wrong = comparison.Rows.Count(row => !row.Ok) + comparison.Blind.Count(row => !row.Ok);
        var all = comparison.Rows.Length + comparison.Blind.Length;
        console.MarkupLine(comparison.Ok
            ? $"[green]{all} of {all} found, bounded and explained; no false outage.[/]"
            : $"[red]{wrong} of {all} not as they should be; {comparison.False.Length} false outage{(comparison.False.Length == 1 ? "" : "s")}.[/]");
    }

    private static IEnumerable<string> Of(Row row)
    {
        yield return Markup.Escape(row.Fault);
        yield return Markup.Escape(row.Expected.Component.Value);
        yield return Markup.Escape(Really(row.Began, row.Ended));
        if (row.Measured is not { } outage)
        {
            yield return "[red]✗ missed[/]";
            for (var i = 0; i < 5; i++) yield return "";
            yield break;
        }
        yield return $"{Mark(row.LengthInside)} {Markup.Escape(outage.Length.ToString())}";
        yield return Mark(row.OnsetInside);
        yield return Mark(row.EndInside);
        yield return $"{Mark(row.StateRight)} {outage.Worst.Word()}";
        yield return $"{Mark(row.CauseRight)} {Markup.Escape(Why(outage))}";
        yield return row.DetectedAfter is { } after ? Markup.Escape(DurationText.Of(after)) : "";
    }

    private static IEnumerable<string> Of(BlindRow row)
    {
        yield return Markup.Escape(row.Fault);
        yield return "(all)";
        yield return Markup.Escape(Really(row.Began, row.Ended));
        yield return $"{Mark(row.Ok)} no outage; unknown for at least {DurationText.Of(row.Unknown, Rounding.Down)}";
        yield return "";
        yield return "";
        yield return $"{Mark(row.Seen.IsEmpty)} {(row.Seen.IsEmpty ? "unknown" : Markup.Escape($"claimed: {string.Join(", ", row.Seen)}"))}";
        yield return $"{Mark(row.SaidBlind)} {(row.SaidBlind ? "our own path" : "not told as our own")}";
        yield return "";
    }

    private static IEnumerable<string> Of(Outage outage)
    {
        yield return "[red]✗ false[/]";
        yield return Markup.Escape(outage.Component.Value);
        yield return "nothing happened";
        yield return $"[red]✗[/] {Markup.Escape(outage.Length.ToString())} at {InstantText.TimeOf(outage.Began.Midpoint)}";
        yield return "";
        yield return "";
        yield return outage.Worst.Word();
        yield return Markup.Escape(Why(outage));
        yield return Markup.Escape(outage.Id);
    }

    private static string Really(Bounds began, Bounds ended) =>
        $"{InstantText.TimeOf(began.Midpoint)} – {InstantText.TimeOf(ended.Midpoint)} ({DurationText.Of(Duration.Max(Duration.Zero, ended.Midpoint - began.Midpoint))})";

    private static string Why(Outage outage) => $"{outage.Cause.Kind.ToString().ToLowerInvariant()}: {outage.Cause.Because}";

    private static string Mark(bool right) => right ? "[green]✓[/]" : "[red]✗[/]";
}
