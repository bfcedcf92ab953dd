namespace Nines.Web.Metrics;

internal enum MetricKind
{
    /// <summary>Goes up and down.</summary>
    Gauge,
    /// <summary>Only grows while the process runs.</summary>
    Counter,
    /// <summary>Always 1; what counts are the labels.</summary>
    Info,
    /// <summary>Quantiles, a count and a sum, all since the process began.</summary>
    Summary,
}

/// <summary>A metric family: defined once, read by the text formats and by OTLP alike.</summary>
/// <param name="Name">Without <c>_total</c> and <c>_info</c>; it ends in its unit, where it has one.</param>
/// <param name="Unit">seconds, ratio; empty for a count.</param>
/// <param name="Help">One sentence.</param>
internal abstract record Metric(string Name, MetricKind Kind, string Unit, string Help);

/// <summary>Of the process: read anew each time.</summary>
internal sealed record SelfMetric(string Name, MetricKind Kind, string Unit, string Help, Action<WatchFigures, Emit> Read) : Metric(Name, Kind, Unit, Help);

/// <summary>Of each component, as the ledger has it.</summary>
internal sealed record ComponentMetric(string Name, string Unit, string Help, Action<ComponentFigures, Emit> Read) : Metric(Name, MetricKind.Gauge, Unit, Help);
