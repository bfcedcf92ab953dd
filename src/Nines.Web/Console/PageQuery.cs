using Microsoft.AspNetCore.Http;
using Nines.Web.Api;
using Nines.Web.Api.Routing;

namespace Nines.Web.Console;

/// <summary>What a page's address asks for. A field of a form that was left empty is not there; what is not known is left alone, for links may carry more.</summary>
public sealed class PageQuery(IQueryCollection query)
{
    /// <summary>The text of a field as it was given, cut to what any of ours may have; null when it is empty.</summary>
    public string? Raw(string name) => query[name] is [{ Length: > 0 } text, ..] ? text.Length <= Longest ? text : text[..Longest] : null;

    /// <exception cref="ApiProblem">It is none of the format's values.</exception>
    internal T? Value<T>(string name, Format<T> format) where T : struct => Raw(name) is { } text ? Read(name, text, format) : null;

    /// <inheritdoc cref="Value"/>
    internal T? Named<T>(string name, Format<T> format) where T : class => Raw(name) is { } text ? Read(name, text, format) : null;

    public bool Flag(string name) => Raw(name) is "true" or "on";

    /// <summary>Which page of a list, of so many rows.</summary>
    /// <exception cref="ApiProblem">The cursor is none of ours.</exception>
    internal PageAsked Page(int rows) => new(rows, Named("cursor", Paging.From.Format));

    private const int Longest = 500;

    private static T Read<T>(string name, string text, Format<T> format)
    {
        try
        {
            return format.Read(text);
        }
        catch (FormatException wrong)
        {
            throw ApiProblems.Parameters([new ApiProblem.Mistake("query", name, wrong.Message)]);
        }
    }
}
