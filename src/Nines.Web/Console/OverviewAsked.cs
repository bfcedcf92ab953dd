using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Nines.Core;
using Nines.Core.Components;
using Nines.Web.Api.Overview;

namespace Nines.Web.Console;

/// <summary>What the address of the overview asks for; what makes no sense in it asks for nothing.</summary>
public sealed record OverviewAsked(OverviewFilter Filter, int Page)
{
    private const int Longest = 200;

    public static OverviewAsked Of(IQueryCollection query)
    {
        string? Text(string name) => query[name].ToString().Trim() is { Length: > 0 and <= Longest } text ? text : null;
        T? Word<T>(string name) where T : struct, Enum => Text(name) is { } text && Enum.GetValues<T>().Where(one => WordOf(one) == text).Cast<T?>().FirstOrDefault() is { } value ? value : null;
        return new OverviewAsked(
            new OverviewFilter(Word<State>("state"), Word<ComponentKind>("kind"), Text("label"), Text("text")),
            int.TryParse(query["page"], NumberStyles.None, CultureInfo.InvariantCulture, out var page) && page > 0 ? page : 1);
    }

    /// <summary>As addresses write it: effectively_down.</summary>
    public static string WordOf<T>(T value) where T : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>The overview's address with this filter, and another page of it.</summary>
    public string AddressOf(int page) => Address(Filter, page);

    public string AddressOf(State? state) => Address(Filter with { State = state }, 1);

    private static string Address(OverviewFilter filter, int page)
    {
        var query = new QueryBuilder();
        if (filter.State is { } state) query.Add("state", WordOf(state));
        if (filter.Kind is { } kind) query.Add("kind", WordOf(kind));
        if (filter.Label is { } label) query.Add("label", label);
        if (filter.Text is { } text) query.Add("text", text);
        if (page > 1) query.Add("page", page.ToString(CultureInfo.InvariantCulture));
        return "/" + query;
    }
}
