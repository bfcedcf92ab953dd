using System.Text.Json.Nodes;

namespace Nines.Web.Api.Routing;

internal enum ParameterPlace
{
    Path,
    Query,
    Header,
}

/// <summary>A parameter of a route: its name, what it means, and how it is read.</summary>
internal abstract record ApiParameter(ParameterPlace Place, string Name, string About, Func<JsonObject> Schema)
{
    /// <summary>Of a parameter that may be there several times.</summary>
    public const int MostValues = 100;

    public bool IsRequired { get; init; }

    /// <summary>True where it may be there several times: <c>?component=a&amp;component=b</c>.</summary>
    public bool Repeats { get; init; }

    public static ApiParameter<T> Path<T>(string name, string about, Format<T> format) => new(ParameterPlace.Path, name, about, format) { IsRequired = true };

    /// <summary>May be absent: read it by <c>Get</c>.</summary>
    public static ApiParameter<T> Query<T>(string name, string about, Format<T> format) => new(ParameterPlace.Query, name, about, format);

    /// <summary>May be there several times: read it by <c>All</c>.</summary>
    public static ApiParameter<T> Queries<T>(string name, string about, Format<T> format) => new(ParameterPlace.Query, name, about, format) { Repeats = true };

    public static ApiParameter<T> Header<T>(string name, string about, Format<T> format) => new(ParameterPlace.Header, name, about, format);

    /// <exception cref="FormatException">The text is none of its values.</exception>
    public abstract object ReadValue(string text);

    /// <summary>query, path or header.</summary>
    public string PlaceWord => Formats.WordOf(Place);
}

internal sealed record ApiParameter<T>(ParameterPlace Place, string Name, string About, Format<T> Format) : ApiParameter(Place, Name, About, Format.Schema)
{
    public override object ReadValue(string text) => Format.Read(text)!;
}
