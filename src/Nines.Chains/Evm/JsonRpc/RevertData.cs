using System.Text.Json;

namespace Nines.Chains.Evm.JsonRpc;

/// <summary>
/// Finds revert data in the "data" of a JSON-RPC error, where each client puts it elsewhere: a text "0x…" (Geth, Erigon,
/// Besu, Reth, anvil), "Reverted 0x…" (Nethermind, OpenEthereum), {"data":"0x…"} (Hardhat), {"result":"0x…"} (Ganache 7),
/// {"0x&lt;transaction&gt;":{"return":"0x…"}} (Ganache 6); or at the end of the message, "reverted: 0x…" (some rollups and proxies).
/// </summary>
internal static class RevertData
{
    private const int MaxDepth = 4;
    private const int MaxMembers = 16;
    private const string Prefix = "Reverted ";
    private static readonly string[] Members = ["data", "result", "return", "output"];

    public static HexBytes Find(JsonElement data) => Find(data, 0) ?? HexBytes.Empty;

    /// <summary>Data at the end of the message of a revert: a selector and whole words.</summary>
    public static HexBytes FindIn(string message)
    {
        const int WordBytes = 32;
        var at = message.LastIndexOf("0x", StringComparison.Ordinal);
        return at > 0
            && message.Contains("revert", StringComparison.OrdinalIgnoreCase)
            && HexBytes.TryParse(message.AsSpan(at).TrimEnd("\"'.)] "), out var bytes)
            && bytes.Length % WordBytes == Selector.Size
                ? bytes
                : HexBytes.Empty;
    }

    private static HexBytes? Find(JsonElement data, int depth) => data.ValueKind switch
    {
        JsonValueKind.String => OfText(data.GetString() ?? ""),
        JsonValueKind.Object when depth < MaxDepth => OfMembers(data, depth),
        _ => null,
    };

    private static HexBytes? OfText(string text)
    {
        var hex = text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? text[Prefix.Length..].Trim() : text;
        return HexBytes.TryParse(hex, out var bytes) ? bytes : null;
    }

    private static HexBytes? OfMembers(JsonElement data, int depth)
    {
        foreach (var name in Members)
        {
            if (data.TryGetProperty(name, out var member) && Find(member, depth + 1) is { } found)
            {
                return found;
            }
        }

        // Ganache 6 names the member after the transaction
        foreach (var member in data.EnumerateObject().Take(MaxMembers))
        {
            if (Hex.HasPrefix(member.Name) && member.Value.ValueKind == JsonValueKind.Object && Find(member.Value, depth + 1) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
