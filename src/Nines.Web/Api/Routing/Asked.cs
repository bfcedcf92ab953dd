using System.Collections.Immutable;
using Nines.Web.Access;

namespace Nines.Web.Api.Routing;

/// <summary>A request as its route understood it: parameters that are read and checked, the page that is wanted, and who asks.</summary>
/// <param name="values">What was given, by parameter.</param>
internal sealed class Asked(Caller caller, ImmutableArray<ApiParameter> known, IReadOnlyDictionary<ApiParameter, ImmutableArray<object>> values)
{
    public Caller Caller { get; } = caller;

    /// <summary>The page of a list; of routes that are <c>Paged</c>.</summary>
    public PageAsked Page => new((int)(this.Get(Paging.Limit) ?? Paging.DefaultLimit), this.Get(Paging.From));

    /// <summary>The value of a parameter that has to be there.</summary>
    public T Need<T>(ApiParameter<T> parameter) => (T)Of(parameter)[0];

    /// <summary>All values of one that may be there several times, each once; empty when it is not there.</summary>
    public ImmutableArray<T> All<T>(ApiParameter<T> parameter) => [.. Of(parameter).Select(value => (T)value).Distinct()];

    internal ImmutableArray<object> Of(ApiParameter parameter)
    {
        // A route that reads what it does not state would hide it from the description and refuse it from everybody.
        if (!known.Contains(parameter)) throw new InvalidOperationException($"The route does not state that it takes '{parameter.Name}'.");
        return values.TryGetValue(parameter, out var given) ? given : [];
    }
}

internal static class AskedValues
{
    /// <returns>Null when it is not there.</returns>
    public static T? Get<T>(this Asked asked, ApiParameter<T> parameter) where T : struct => asked.Of(parameter) is [var value, ..] ? (T)value : null;
}

internal static class AskedTexts
{
    /// <returns>Null when it is not there.</returns>
    public static T? Get<T>(this Asked asked, ApiParameter<T> parameter) where T : class => asked.Of(parameter) is [var value, ..] ? (T)value : null;
}
