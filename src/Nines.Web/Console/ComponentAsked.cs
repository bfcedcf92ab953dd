using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using NodaTime;

namespace Nines.Web.Console;

/// <summary>What the address of a component's page asks for; what makes no sense in it asks for nothing.</summary>
/// <param name="Policy">Null for the config's.</param>
/// <param name="Chosen">One of <see cref="Spans"/>; null where none was chosen.</param>
public sealed record ComponentAsked(string? Policy, string? Chosen)
{
    public const string Shortest = "1h", Usual = "24h";

    public static readonly ImmutableArray<(string Name, Duration Length)> Spans = [(Shortest, Duration.FromHours(1)), (Usual, Duration.FromDays(1)), ("7d", Duration.FromDays(7)), ("90d", Duration.FromDays(90))];

    /// <summary>Where none was chosen: how far back to look, so that what is on record is not a line at the edge.</summary>
    public string Unchosen { get; init; } = Usual;

    public string Span => Chosen ?? Unchosen;

    public Duration Length => Spans.First(span => span.Name == Span).Length;

    public static ComponentAsked Of(IQueryCollection query) => new(
        query["policy"].ToString() is { Length: > 0 and < 100 } policy ? policy : null,
        Spans.Any(span => span.Name == query["span"].ToString()) ? query["span"].ToString() : null);

    /// <summary>The same page, with another stretch or policy.</summary>
    public string AddressOf(string component, string? span = null)
    {
        var query = new QueryBuilder();
        if ((span ?? Chosen) is var chosen && chosen is not null) query.Add("span", chosen);
        if (Policy is not null) query.Add("policy", Policy);
        return $"/components/{component}{query}";
    }
}
