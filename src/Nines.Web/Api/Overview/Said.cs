using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Text;
using NodaTime;

namespace Nines.Web.Api.Overview;

/// <summary>A sentence in parts, so that a page can link and count what a text can only say.</summary>
public sealed record Said(ImmutableArray<SaidPart> Parts)
{
    public override string ToString() => string.Concat(Parts.Select(part => part.Text));
}

/// <summary>A piece of a sentence.</summary>
/// <param name="Text">As it is printed.</param>
public sealed record SaidPart(string Text)
{
    /// <summary>The component that it names.</summary>
    public ComponentId? Component { get; init; }

    /// <summary>The outage that it names.</summary>
    public string? Outage { get; init; }

    /// <summary>The state that it names.</summary>
    public State? State { get; init; }

    /// <summary>The length that it prints, of something that goes on.</summary>
    public Length? GoesOn { get; init; }

    /// <summary>The instant to come that it prints the time to, and how far apart the next ones are by the same plan.</summary>
    public (Instant At, Duration Every)? Due { get; init; }

    /// <summary>The bounds that it prints, and the likely instant.</summary>
    public (Bounds Bounds, Instant Likely)? Moment { get; init; }
}

/// <summary>Puts sentences together.</summary>
internal sealed class SaidBuilder(Instant now)
{
    private readonly ImmutableArray<SaidPart>.Builder parts = ImmutableArray.CreateBuilder<SaidPart>();

    public Instant Now => now;

    public SaidBuilder Text(string text)
    {
        if (parts.Count > 0 && parts[^1] is { Component: null, Outage: null, State: null, GoesOn: null, Moment: null, Due: null } last) parts[^1] = new SaidPart(last.Text + text);
        else parts.Add(new SaidPart(text));
        return this;
    }

    public SaidBuilder Name(ComponentId component) => Add(new SaidPart(component.Value) { Component = component });

    public SaidBuilder OutageNamed(string outage) => Add(new SaidPart(outage) { Outage = outage });

    public SaidBuilder Word(State state) => Add(new SaidPart(state.Word()) { State = state });

    public SaidBuilder When(Bounds bounds, Instant likely) => Add(new SaidPart(MomentText.Of(bounds, likely, now)) { Moment = (bounds, likely) });

    public SaidBuilder For(Length length) => Add(new SaidPart(length.ToString()) { GoesOn = length });

    /// <summary>in 4 s; what is due now is printed as now.</summary>
    public SaidBuilder Due(Instant at, Duration every) => Add(new SaidPart(at <= now ? "now" : $"in {SpokenDuration.Of(at - now, Rounding.Up)}") { Due = (at, every) });

    /// <summary>a, b and c; of many the first few and how many more.</summary>
    public SaidBuilder List<T>(IReadOnlyCollection<T> items, int most, Action<T> say)
    {
        var shown = items.Count <= most + 1 ? items.Count : most;
        var at = 0;
        foreach (var item in items.Take(shown))
        {
            if (at > 0) Text(at == items.Count - 1 ? " and " : ", ");
            say(item);
            at++;
        }
        return items.Count > shown ? Text($" and {items.Count - shown} more") : this;
    }

    public Said Done() => new(parts.ToImmutable());

    private SaidBuilder Add(SaidPart part)
    {
        parts.Add(part);
        return this;
    }
}
