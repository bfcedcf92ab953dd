using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Nines.Web.Access;

namespace Nines.Web.Api.Routing;

/// <summary>
/// What a route of the API is, for whoever reads its description and for the code that runs it. Made by <see cref="ApiRoutes"/>; the
/// conventions of the endpoint (the least role) are stated on it too.
/// </summary>
internal sealed class ApiRoute : IEndpointConventionBuilder
{
    private readonly List<IEndpointConventionBuilder> endpoints = [];

    /// <summary>GET, POST, PUT, PATCH or DELETE.</summary>
    public required string Method { get; init; }

    /// <summary>With its parameters in braces: <c>/api/v1/outages/{id}</c>.</summary>
    public required string Path { get; init; }

    /// <summary>camelCase, once in the whole API: <c>listOutages</c>.</summary>
    public required string Id { get; init; }

    /// <summary>One sentence.</summary>
    public required string Summary { get; init; }

    /// <summary>The document that it answers with; null for what <see cref="MediaTypes"/> says.</summary>
    public Type? Answer { get; init; }

    /// <summary>Of an answer that is no document.</summary>
    public ImmutableArray<string> MediaTypes { get; init; } = [];

    /// <summary>The body that it takes; null for none.</summary>
    public Type? Body { get; init; }

    public ImmutableArray<ApiParameter> Parameters { get; private set; } = [];

    /// <summary>The answer may be read again only by who asked, and never be kept on a disk.</summary>
    public bool IsSecret { get; private set; }

    /// <summary>False where another time of asking gives another answer though nothing has changed.</summary>
    public bool HasTag { get; private set; } = true;

    /// <summary>Parameters beside those of other calls. All of the path have to be there.</summary>
    public ApiRoute Takes(params ImmutableArray<ApiParameter> parameters)
    {
        Parameters = Parameters.AddRange(parameters);
        return this;
    }

    /// <summary>It is a list: <c>limit</c> and <c>cursor</c>, and a document that is <see cref="IPaged"/>.</summary>
    public ApiRoute Paged() => Takes(Paging.Limit, Paging.From);

    /// <summary>The answer holds a secret: it is never kept, not even for a repeat with the same Idempotency-Key.</summary>
    public ApiRoute Secret()
    {
        IsSecret = true;
        return this;
    }

    /// <summary>No ETag: what is told depends on more than the journal, the watch and the minute.</summary>
    public ApiRoute Untagged()
    {
        HasTag = false;
        return this;
    }

    public void Add(Action<EndpointBuilder> convention)
    {
        foreach (var endpoint in endpoints) endpoint.Add(convention);
    }

    public void Finally(Action<EndpointBuilder> convention)
    {
        foreach (var endpoint in endpoints) endpoint.Finally(convention);
    }

    internal ApiRoute On(IEndpointConventionBuilder endpoint)
    {
        endpoints.Add(endpoint.WithMetadata(this));
        return this;
    }
}
