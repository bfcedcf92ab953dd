using System.Globalization;
using System.Text.Json;
using Nines.Chains.Evm.JsonRpc;
using Nines.Chains.Evm;

namespace Nines.Chains.JsonRpc;

/// <summary>Reads JSON-RPC responses. Any bytes give an answer.</summary>
internal static class RpcResponse
{
    public const int MaxJsonDepth = 64;

    public const string CutOff = "the answer is cut off in the middle";

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxJsonDepth };

    /// <summary>Null when the bytes are not JSON within the depth limit.</summary>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> body, out string why)
    {
        try
        {
            why = "";
            return JsonDocument.Parse(body, Options);
        }
        catch (JsonException notJson)
        {
            why = IsCutOff(body.Span) ? CutOff : $"not JSON: {EvmJson.Clipped(notJson.Message)}";
            return null;
        }
    }

    /// <summary>True when the bytes are the beginning of a JSON text that goes on.</summary>
    private static bool IsCutOff(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = MaxJsonDepth }));
        try
        {
            var hasBegun = false;
            while (reader.Read())
            {
                hasBegun = true;
            }

            return hasBegun;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The answer in one response object.</summary>
    /// <param name="id">The question's. An error may come without it: the server may not have got that far.</param>
    public static RpcAnswer<JsonElement> Read(JsonElement response, long id)
    {
        try
        {
            if (response.ValueKind != JsonValueKind.Object)
            {
                return new RpcAnswer<JsonElement>.Malformed($"a response is an object, not {response.ValueKind}");
            }

            var answeredId = response.TryGetProperty("id", out var sent) ? IdOf(sent) : null;
            if (ErrorOf(response) is { } error)
            {
                return answeredId is null || answeredId == id ? error : Strange(answeredId, id);
            }

            if (answeredId != id)
            {
                return Strange(answeredId, id);
            }

            return response.TryGetProperty("result", out var result)
                ? new RpcAnswer<JsonElement>.Answered(result)
                : new RpcAnswer<JsonElement>.Malformed("the response has neither a result nor an error");
        }
        catch (InvalidOperationException halfPair)
        {
            // System.Text.Json on half of a surrogate pair in a name or text
            return new RpcAnswer<JsonElement>.Malformed(halfPair.Message);
        }
    }

    /// <summary>The id of a response: a number, or a text of digits as some proxies make of it; null for anything else.</summary>
    public static long? IdOf(JsonElement id) => id.ValueKind switch
    {
        JsonValueKind.Number when id.TryGetInt64(out var number) => number,
        JsonValueKind.String when long.TryParse(id.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    /// <summary>Null when the response carries no error.</summary>
    public static RpcAnswer<JsonElement>.RpcError? ErrorOf(JsonElement response)
    {
        if (response.ValueKind != JsonValueKind.Object || !response.TryGetProperty("error", out var error))
        {
            return null;
        }

        return error.ValueKind switch
        {
            JsonValueKind.Object => new RpcAnswer<JsonElement>.RpcError(CodeOf(error), MessageOf(error), DataOf(error, MessageOf(error))) { Details = DetailsOf(error) },
            JsonValueKind.String => new RpcAnswer<JsonElement>.RpcError(0, EvmJson.Clipped(error.GetString() ?? ""), HexBytes.Empty),
            _ => null,
        };
    }

    private static long CodeOf(JsonElement error) => error.TryGetProperty("code", out var code)
        ? code.ValueKind switch
        {
            JsonValueKind.Number when code.TryGetInt64(out var number) => number,
            JsonValueKind.String when long.TryParse(
                code.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
            _ => 0,
        }
        : 0;

    private static string MessageOf(JsonElement error) =>
        error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
            ? EvmJson.Clipped(message.GetString() ?? "")
            : "";

    private static HexBytes DataOf(JsonElement error, string message)
    {
        var found = error.TryGetProperty("data", out var data) ? RevertData.Find(data) : HexBytes.Empty;
        return found.IsEmpty ? RevertData.FindIn(message) : found;
    }

    private static string? DetailsOf(JsonElement error)
    {
        const int MaxDetails = 1_000;
        return error.TryGetProperty("data", out var data) && data.GetRawText() is { Length: <= MaxDetails } text ? text : null;
    }

    private static RpcAnswer<JsonElement>.Malformed Strange(long? answered, long asked) =>
        new(answered is { } id
            ? $"the answer is for question {id}, not {asked}"
            : $"the answer does not say that it is for question {asked}");
}
