using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;

namespace Nines.Web.Api;

/// <summary>
/// Where a page of a list ends, by the sort key of its last row: rows that come or go meanwhile move nothing, and no row that stays is told
/// twice or left out. To callers it is opaque.
/// </summary>
public sealed record Cursor(string After)
{
    /// <summary>Characters of one as it is given out.</summary>
    public const int Longest = 400;

    /// <summary>Says what kind of cursor it is, should there ever be another.</summary>
    private const char Mark = 'k';

    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Mark + After));

    /// <exception cref="FormatException">It is none of ours.</exception>
    public static Cursor Read(string text)
    {
        if (text.Length is > 0 and <= Longest && Base64Url.IsValid(text) && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)) is [Mark, ..] key) return new Cursor(key[1..]);
        throw new FormatException("is not a cursor: take what 'next' of the page before says, as it is.");
    }
}

/// <summary>Which page of a list is wanted.</summary>
/// <param name="Limit">Rows at most, 1 to 1,000.</param>
/// <param name="From">Null for the first page.</param>
public sealed record PageAsked(int Limit, Cursor? From)
{
    /// <summary>The first rows, as many as fit on one page.</summary>
    public static readonly PageAsked First = new(1_000, null);

    /// <summary>Puts rows in the order of their keys and takes this page of them.</summary>
    /// <param name="key">Differs for each row; compared by its characters' codes. Instants sort as RFC 3339, numbers with leading zeros.</param>
    public PageOf<T> Cut<T>(IEnumerable<T> rows, Func<T, string> key, bool descending = false)
    {
        var sign = descending ? -1 : 1;
        var keyed = rows.Select(row => (Key: key(row), Row: row));
        if (From is { } from) keyed = keyed.Where(each => sign * string.CompareOrdinal(each.Key, from.After) > 0);
        List<(string Key, T Row)> sorted = [.. keyed];
        sorted.Sort((one, other) => sign * string.CompareOrdinal(one.Key, other.Key));
        return new([.. sorted.Take(Limit).Select(each => each.Row)], sorted.Count > Limit ? new Cursor(sorted[Limit - 1].Key).ToString() : null);
    }
}

/// <summary>A page of a list.</summary>
/// <param name="Next">The cursor of the page after it; null when it is the last.</param>
public sealed record PageOf<T>(ImmutableArray<T> Rows, string? Next);

/// <summary>A document that is one page of a list; its route tells <see cref="Next"/> in a Link header too.</summary>
public interface IPaged
{
    string? Next { get; }
}
