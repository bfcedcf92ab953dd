using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Nines.Chains.Evm;
using Nines.Chains.JsonRpc;
using NodaTime;
using NodaTime.Text;

namespace Nines.Chains.CometBft;

/// <summary>
/// Reads what a CometBFT node (or Tendermint before it) answers to GET requests, in a JSON-RPC envelope or bare, and what the REST
/// interface of a Cosmos SDK application says of slashing. Numbers of 64 bits come as texts. Any bytes give an answer.
/// </summary>
/// <remarks>Source: the CometBFT RPC specification (v0.34 to v1), and the Cosmos SDK's slashing module.</remarks>
public static class CometAnswers
{
    /// <value>Signatures of one commit, validators of one page.</value>
    private const int MaxValidators = 10_000;

    private static readonly JsonDocumentOptions Limits = new() { MaxDepth = 64 };

    public static NodeStatus Status(JsonElement json)
    {
        var (node, sync) = (JsonReading.Member(json, "node_info"), JsonReading.Member(json, "sync_info"));
        return new NodeStatus(
            JsonReading.Text(JsonReading.Member(node, "network"), "the chain id"),
            JsonReading.Find(node, "moniker") is { } moniker ? JsonReading.Text(moniker, "the moniker") : "",
            JsonReading.Find(node, "version") is { } version ? JsonReading.Text(version, "the version") : "",
            JsonReading.Count(JsonReading.Member(sync, "latest_block_height"), "the height"),
            Time(JsonReading.Member(sync, "latest_block_time"), "the block's time"),
            JsonReading.Flag(JsonReading.Member(sync, "catching_up"), "catching_up") ?? false,
            JsonReading.Find(json, ["validator_info", "voting_power"]) is { } power ? JsonReading.Whole(power, "the voting power") : 0);
    }

    /// <summary>Peers that the node is connected to.</summary>
    public static ulong Peers(JsonElement json) => JsonReading.Count(JsonReading.Member(json, "n_peers"), "the number of peers");

    public static AppInfo App(JsonElement json)
    {
        var response = JsonReading.Member(json, "response");
        return new AppInfo(
            JsonReading.Find(response, "data") is { } name ? JsonReading.Text(name, "the application") : "",
            JsonReading.Find(response, "version") is { } version ? JsonReading.Text(version, "the application's version") : "",
            JsonReading.Count(JsonReading.Find(response, "last_block_height"), "the application's height") ?? 0);
    }

    public static SignedBlock Commit(JsonElement json)
    {
        var signed = JsonReading.Member(json, "signed_header");
        var (header, commit) = (JsonReading.Member(signed, "header"), JsonReading.Member(signed, "commit"));
        return new SignedBlock(
            JsonReading.Text(JsonReading.Member(header, "chain_id"), "the chain id"),
            JsonReading.Count(JsonReading.Member(header, "height"), "the height"),
            Time(JsonReading.Member(header, "time"), "the block's time"),
            HexText(JsonReading.Member(JsonReading.Member(commit, "block_id"), "hash"), "the block's hash", 64),
            HexText(JsonReading.Member(header, "validators_hash"), "the validators' hash", 64),
            JsonReading.Count(JsonReading.Find(commit, "round"), "the round") ?? 0,
            JsonReading.List(JsonReading.Member(commit, "signatures"), "the list of signatures", MaxValidators, Signature));
    }

    public static ValidatorPage Validators(JsonElement json) => new(
        JsonReading.Count(JsonReading.Member(json, "block_height"), "the height"),
        JsonReading.Count(JsonReading.Member(json, "total"), "the number of validators"),
        JsonReading.List(JsonReading.Member(json, "validators"), "the list of validators", MaxValidators, validator => new CometValidator(
            HexText(JsonReading.Member(validator, "address"), "the validator's address", 40),
            JsonReading.Whole(JsonReading.Member(validator, "voting_power"), "the voting power"))));

    public static SigningInfo Signing(JsonElement json)
    {
        var info = JsonReading.Member(json, "val_signing_info");
        return new SigningInfo(
            JsonReading.Count(JsonReading.Find(info, "missed_blocks_counter"), "the blocks missed") ?? 0,
            Time(JsonReading.Member(info, "jailed_until"), "the end of its time in jail"),
            JsonReading.Flag(JsonReading.Find(info, "tombstoned"), "tombstoned") ?? false);
    }

    public static SlashingParams Slashing(JsonElement json)
    {
        const string Share = "the share to sign";
        var given = JsonReading.Member(json, "params");
        var share = JsonReading.Number(JsonReading.Member(given, "min_signed_per_window"), Share);
        return share is >= 0 and <= 1
            ? new SlashingParams(JsonReading.Count(JsonReading.Member(given, "signed_blocks_window"), "the window"), share)
            : throw new FormatException($"{Share} is not from 0 to 1 but {share.ToString(CultureInfo.InvariantCulture)}");
    }

    /// <summary>The answer in the body of a response.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="body">Null when it was longer than the limit.</param>
    /// <param name="read">One of the methods above.</param>
    public static RpcAnswer<T> Read<T>(int status, ReadOnlyMemory<byte>? body, Func<JsonElement, T> read)
    {
        var refused = new RpcAnswer<T>.HttpRefused(status, null);
        var isSuccess = status is >= 200 and <= 299;
        if (body is not { } bytes)
        {
            return isSuccess ? new RpcAnswer<T>.Malformed("the answer is longer than the limit") : refused;
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, Limits);
            var root = document.RootElement;
            if (ErrorOf<T>(root) is { } error)
            {
                return error;
            }

            return isSuccess ? new RpcAnswer<T>.Answered(read(JsonReading.Find(root, "result") ?? root)) : refused;
        }
        catch (JsonException notJson)
        {
            return isSuccess ? new RpcAnswer<T>.Malformed($"not JSON: {notJson.Message}") : refused;
        }
        catch (Exception unreadable) when (unreadable is FormatException or InvalidOperationException)
        {
            // InvalidOperationException: System.Text.Json on half of a surrogate pair in a name or text
            return isSuccess ? new RpcAnswer<T>.Malformed(unreadable.Message) : refused;
        }
    }

    /// <summary>An error of JSON-RPC (an object), or of the REST interface (code and message).</summary>
    private static RpcAnswer<T>.RpcError? ErrorOf<T>(JsonElement root)
    {
        var error = JsonReading.Find(root, "error") is { ValueKind: JsonValueKind.Object } inside ? inside : root;
        if (JsonReading.Find(error, "code") is not { ValueKind: JsonValueKind.Number } code || !code.TryGetInt64(out var number) || number == 0
            || JsonReading.Find(error, "message") is not { ValueKind: JsonValueKind.String } message)
        {
            return null;
        }

        var said = JsonReading.Text(message, "the message");
        var data = JsonReading.Find(error, "data") is { ValueKind: JsonValueKind.String } more ? JsonReading.Text(more, "the data") : "";
        return new RpcAnswer<T>.RpcError(number, data.Length == 0 ? said : $"{said}: {data}", HexBytes.Empty);
    }

    private static CommitSignature Signature(JsonElement json)
    {
        const string Flag = "what the validator did";
        var flag = JsonReading.Whole(JsonReading.Member(json, "block_id_flag"), Flag);
        if (flag < 1 || flag > 3)
        {
            throw JsonReading.Wrong(json, Flag, "1, 2 or 3");
        }

        var address = JsonReading.Find(json, "validator_address") is { } given ? JsonReading.Text(given, "the validator's address") : "";
        return new CommitSignature((BlockIdFlag)(int)flag, address.ToUpperInvariant());
    }

    private static string HexText(JsonElement json, string what, int digits)
    {
        var text = JsonReading.Text(json, what);
        return text.Length == digits && text.All(char.IsAsciiHexDigit) ? text.ToUpperInvariant() : throw JsonReading.Wrong(json, what, $"{digits} hexadecimal digits");
    }

    /// <summary>RFC 3339 in UTC, with up to nine decimals.</summary>
    private static Instant Time(JsonElement json, string what) =>
        InstantPattern.ExtendedIso.Parse(JsonReading.Text(json, what)) is { Success: true } read ? read.Value : throw JsonReading.Wrong(json, what, "a time in UTC");
}
