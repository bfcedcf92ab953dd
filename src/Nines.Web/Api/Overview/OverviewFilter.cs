using Nines.Core;
using Nines.Core.Components;

namespace Nines.Web.Api.Overview;

/// <summary>Which components are wanted; what is null or empty filters nothing.</summary>
/// <param name="Label"><c>name=value</c>, or a name that must be there.</param>
/// <param name="Text">Part of a name, or of a label's value.</param>
public sealed record OverviewFilter(State? State = null, ComponentKind? Kind = null, string? Label = null, string? Text = null)
{
    public static readonly OverviewFilter All = new();

    public bool IsEmpty => this == All;

    public bool Takes(Standing one) =>
        (State is null || one.State == State) && (Kind is null || one.Kind == Kind) && HasLabel(one) && HasText(one);

    private bool HasLabel(Standing one)
    {
        if (string.IsNullOrEmpty(Label)) return true;
        var at = Label.IndexOf('=', StringComparison.Ordinal);
        return at < 0 ? one.Labels.ContainsKey(Label) : one.Labels.TryGetValue(Label[..at], out var value) && value == Label[(at + 1)..];
    }

    private bool HasText(Standing one) =>
        string.IsNullOrEmpty(Text) || one.Id.Value.Contains(Text, StringComparison.OrdinalIgnoreCase) || one.Labels.Any(label => label.Value.Contains(Text, StringComparison.OrdinalIgnoreCase));
}
