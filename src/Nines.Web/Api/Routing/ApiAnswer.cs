using System.Text.Json;
using Nines.Ledger.Documents;

namespace Nines.Web.Api.Routing;

/// <summary>What is sent: bytes with their kind.</summary>
internal sealed record ApiAnswer(int Status, string MediaType, ReadOnlyMemory<byte> Content)
{
    public const string Json = "application/json";

    public string? Next { get; init; }
    public string? FileName { get; init; }

    public static ApiAnswer Of<T>(T document) where T : notnull => new(200, Json, JsonSerializer.SerializeToUtf8Bytes(document, DocumentJson.Options)) { Next = (document as IPaged)?.Next };

    public static ApiAnswer Of(ApiFile file) => new(200, file.MediaType, file.Content) { FileName = file.Name };
}
