using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Cli.Demo.View;

/// <summary>What the ledger says of one component at its frontier.</summary>
/// <param name="Since">From when on it has been so; null while nothing is known.</param>
internal sealed record ComponentLine(ComponentId Component, State State, Instant? Since, string Cause)
{
    public static IReadOnlyList<ComponentLine> Of(LedgerProjection ledger) => [.. DemoConfig.Components.Select(id => Of(id, ledger.Find(id)))];

    private static ComponentLine Of(ComponentId id, ComponentLedger? component)
    {
        if (component?.Latest is not { } latest) return new ComponentLine(id, State.Unknown, null, "");
        var since = latest.From;
        foreach (var segment in component.Whole.Segments.Reverse())
        {
            if (segment.Shown != latest.Shown) break;
            since = segment.From;
        }
        return new ComponentLine(id, latest.Shown, since, latest.Shown == State.Up ? FromSomewhere(component) : latest.Cause?.Because ?? "");
    }

    /// <summary>What is up as a whole may be down for one region.</summary>
    private static string FromSomewhere(ComponentLedger component) => string.Join("; ", component.Regions
        .Where(region => region.Value.Last is { } last && last.Shown.IsDown())
        .Select(region => $"{region.Value.Last!.Shown.Word()} from {region.Key}: {region.Value.Last!.Cause?.Because}"));
}
