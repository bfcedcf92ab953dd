using System.Collections.Immutable;

namespace Nines.Reports.Pages;

/// <summary>A report as it is shown, whatever the form. All text is plain: nothing in it is ever read as markup.</summary>
/// <param name="Footer">On every printed page: position and policy.</param>
public sealed record Page(string Title, string Subtitle, string Footer, ImmutableArray<Section> Sections);

/// <param name="Level">2 for a part of the report, 3 for a part of a part.</param>
public sealed record Section(int Level, string Heading, ImmutableArray<Block> Blocks)
{
    /// <summary>In print, on a new sheet.</summary>
    public bool StartsPage { get; init; }
}

/// <summary>What a section is made of.</summary>
public abstract record Block
{
    private Block() { }

    /// <summary>Sentences, one paragraph.</summary>
    public sealed record Words(string Text) : Block;

    /// <summary>One line each, such as notes.</summary>
    public sealed record Lines(ImmutableArray<string> Items) : Block;

    /// <summary>A line to be typed or copied as it is.</summary>
    public sealed record Code(string Text) : Block;

    /// <summary>The figures that matter most, large.</summary>
    public sealed record Figures(ImmutableArray<KeyFigure> Items) : Block;

    public sealed record Table(string Caption, ImmutableArray<Column> Columns, ImmutableArray<ImmutableArray<string>> Rows) : Block
    {
        /// <summary>What is said instead of a table without rows.</summary>
        public string WhenEmpty { get; init; } = "Nothing to show.";
    }

    /// <summary>Days of a component, each as a column of its time in states.</summary>
    public sealed record Days(string Name, ImmutableArray<DayBar> Items) : Block;

    /// <summary>Availability by period, with its bounds.</summary>
    public sealed record Trend(string Caption, ImmutableArray<TrendMark> Marks) : Block;

    /// <summary>Amounts beside each other, with their bounds.</summary>
    public sealed record Bars(string Caption, ImmutableArray<Bar> Items) : Block;
}

/// <param name="Text">The figure.</param>
/// <param name="Beside">Its bounds, or what it rests on, small; empty for nothing.</param>
public sealed record KeyFigure(string Name, string Text, string Beside)
{
    /// <param name="told">A figure, perhaps with its bounds in brackets behind it.</param>
    public static KeyFigure Of(string name, string told)
    {
        var cut = told.IndexOf(" (", StringComparison.Ordinal);
        return cut < 0 ? new KeyFigure(name, told, "") : new KeyFigure(name, told[..cut], told[(cut + 2)..^1]);
    }
}

public sealed record Column(string Name, bool IsNumber = false);

/// <summary>A day: shares of its length, which sum to 1 at most; what is missing is not judged yet.</summary>
/// <param name="Text">For who does not see it.</param>
public sealed record DayBar(string Date, double Up, double Degraded, double EffectivelyDown, double Down, double Maintenance, double Unknown, string Text);

/// <summary>A point with whiskers, each 0 to 1; null where nothing is known.</summary>
public sealed record TrendMark(string Label, double? Low, double? Likely, double? High, string Text);

/// <param name="Low">Of the same unit as the others; 0 or more.</param>
public sealed record Bar(string Label, double Low, double Likely, double High, string Text);
