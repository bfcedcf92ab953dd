using System.Collections.Immutable;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Series;

/// <summary>What was earned, traded or done in each step of time, as a file says it.</summary>
public sealed class ValueSeries
{
    public required string Name { get; init; }

    /// <summary>Null for a count.</summary>
    public required Currency? Currency { get; init; }

    /// <summary>The steps that the file has.</summary>
    public required SlotGrid Steps { get; init; }

    /// <summary>The first step's number on <see cref="Steps"/>.</summary>
    public required long First { get; init; }

    /// <summary>What each step's value was, from <see cref="First"/> on; null where it is not known.</summary>
    public required ImmutableArray<decimal?> Values { get; init; }

    public required ImmutableHashSet<LocalDate> Holidays { get; init; }

    /// <summary>The file's name and digest, for workings.</summary>
    public required string Source { get; init; }

    /// <summary>SHA-256 of the file, lower-case hex.</summary>
    public required string Digest { get; init; }

    /// <summary>What was taken for granted or repaired while it was read, as whole sentences.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    public Instant From => Steps.StartOf(First);

    /// <summary>First instant after the last step.</summary>
    public Instant To => Steps.StartOf(First + Values.Length);

    public int Known => Values.Count(value => value is not null);

    /// <summary>The value of a step; null where the file has none.</summary>
    public decimal? At(long step) => step >= First && step < First + Values.Length ? Values[(int)(step - First)] : null;

    /// <summary>An amount or a number in the series' unit.</summary>
    public string Print(decimal value) => Currency is { } currency ? MoneyText.Of(value, currency) : value.ToString("#,##0.##", System.Globalization.CultureInfo.InvariantCulture);

    public string Unit => Currency?.Code ?? SeriesOptions.Count;
}
