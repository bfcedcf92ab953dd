using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nines.Ledger.Documents;
using Nines.Reports.Pages;

namespace Nines.Cli.Output;

/// <summary>What a verb found: once for machines, once for people.</summary>
/// <param name="Whole">The whole result; its first member is <c>schema</c>. Made when it is asked for: a table needs none.</param>
/// <param name="Rows">The member of the document that holds the rows: what CSV is made of.</param>
/// <param name="Tables">The same for people; none when <paramref name="Lines"/> say it all.</param>
/// <param name="Lines">Sentences under the tables.</param>
public sealed record Result(Lazy<JsonObject> Whole, string Rows, ImmutableArray<Table> Tables, ImmutableArray<string> Lines)
{
    public JsonObject Document => Whole.Value;

    /// <summary>What the process ends with once it is written.</summary>
    public ExitCode Exit { get; init; }

    /// <summary>The same as a page for people, of which there are more forms; null for what is only a table.</summary>
    public Page? Page { get; init; }

    /// <param name="document">A record whose JSON is the document.</param>
    public static Result Of(object document, string rows, Table? table, params IEnumerable<string> lines) =>
        Of(document, rows, table is null ? [] : [table], lines);

    /// <inheritdoc cref="Of(object, string, Table?, IEnumerable{string})"/>
    public static Result Of(object document, string rows, ImmutableArray<Table> tables, params IEnumerable<string> lines) =>
        new(Json(document), rows, tables, [.. lines]);

    /// <summary>A report: its page takes the place of tables.</summary>
    /// <inheritdoc cref="Of(object, string, Table?, IEnumerable{string})"/>
    public static Result Of(object document, string rows, Page page) => new(Json(document), rows, [], []) { Page = page };

    private static Lazy<JsonObject> Json(object document) =>
        new(() => (JsonObject)JsonSerializer.SerializeToNode(document, document.GetType(), DocumentJson.Options)!);
}

/// <param name="Columns">Headings.</param>
/// <param name="Rows">As many cells each as there are columns. A cell is plain text: it is never read as markup.</param>
public sealed record Table(ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<string>> Rows)
{
    /// <summary>What is said instead of an empty table; null leaves it out.</summary>
    public string? WhenEmpty { get; init; } = "Nothing to show.";
}
