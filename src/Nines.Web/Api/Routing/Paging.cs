namespace Nines.Web.Api.Routing;

/// <summary>The parameters of a list that is given in pages.</summary>
internal static class Paging
{
    public const int DefaultLimit = 100;

    public static readonly ApiParameter<long> Limit = ApiParameter.Query("limit", "Rows at most; 100 when it is not there.", Formats.Whole(1, 1_000));

    public static readonly ApiParameter<Cursor> From = ApiParameter.Query("cursor", "Where to go on: what 'next' of the page before says. What is in it may change.",
        new Format<Cursor>(() => new() { ["type"] = "string", ["maxLength"] = Cursor.Longest }, Cursor.Read));
}
