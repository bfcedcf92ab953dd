using System.Collections.Immutable;
using System.Numerics;
using System.Text.Json;
using Nines.Chains.JsonRpc;
using NodaTime;

namespace Nines.Chains.Solana;

/// <summary>The questions that Nines asks a Solana node.</summary>
/// <remarks>Source: the JSON-RPC documents of Solana (Agave 1.18 to 3).</remarks>
public static class SolanaCalls
{
    /// <value>Validators of one answer; the largest cluster has had fewer than 4,000.</value>
    private const int MaxValidators = 20_000;

    /// <summary>"ok"; see <see cref="SolanaErrors.HealthOf"/> for the error that there is instead.</summary>
    public static RpcCall<string> Health { get; } = new("getHealth", NoParameters, json => JsonReading.Text(json, "the health"));

    public static RpcCall<string> GenesisHash { get; } = new("getGenesisHash", NoParameters, json => Key(json, "the genesis hash"));

    /// <summary>The node's software: its version.</summary>
    public static RpcCall<string> Version { get; } = new("getVersion", NoParameters, json =>
        JsonReading.Text(JsonReading.Member(json, "solana-core"), "the version"));

    public static RpcCall<ulong> Slot(Commitment commitment) => new("getSlot", At(commitment), json => JsonReading.Count(json, "the slot"));

    /// <summary>Blocks, without the slots that have none.</summary>
    public static RpcCall<ulong> BlockHeight(Commitment commitment) => new("getBlockHeight", At(commitment), json => JsonReading.Count(json, "the block height"));

    /// <summary>Transactions since the beginning, votes included.</summary>
    public static RpcCall<ulong> TransactionCount(Commitment commitment) =>
        new("getTransactionCount", At(commitment), json => JsonReading.Count(json, "the number of transactions"));

    public static RpcCall<EpochInfo> EpochInfo(Commitment commitment) => new("getEpochInfo", At(commitment), json => new EpochInfo(
        JsonReading.Count(JsonReading.Member(json, "absoluteSlot"), "the slot"),
        JsonReading.Count(JsonReading.Find(json, "blockHeight"), "the block height"),
        JsonReading.Count(JsonReading.Member(json, "epoch"), "the epoch")));

    public static RpcCall<LatestBlockhash> LatestBlockhash(Commitment commitment) => new("getLatestBlockhash", At(commitment), json => new LatestBlockhash(
        Key(JsonReading.Member(JsonReading.Member(json, "value"), "blockhash"), "the blockhash"),
        JsonReading.Count(JsonReading.Member(JsonReading.Member(json, "context"), "slot"), "the slot")));

    /// <summary>When a block was made; null where the node does not know it.</summary>
    public static RpcCall<Instant?> BlockTime(ulong slot) => new("getBlockTime", json => json.WriteNumberValue(slot), json =>
        json.ValueKind == JsonValueKind.Null ? null : JsonReading.Time(json, "the block's time"));

    /// <summary>The block of a slot; null where the node does not have it (it may also answer with an error).</summary>
    public static RpcCall<SolanaBlock?> Block(ulong slot) => new(
        "getBlock",
        json =>
        {
            json.WriteNumberValue(slot);
            json.WriteStartObject();
            json.WriteString("commitment", "confirmed");
            json.WriteString("transactionDetails", "none");
            json.WriteBoolean("rewards", false);
            json.WriteNumber("maxSupportedTransactionVersion", 0);
            json.WriteEndObject();
        },
        json => json.ValueKind == JsonValueKind.Null
            ? null
            : new SolanaBlock(
                Key(JsonReading.Member(json, "blockhash"), "the block's hash"),
                JsonReading.Find(json, "blockTime") is { } time ? JsonReading.Time(time, "the block's time") : null));

    /// <summary>Every validator with stake, or the one that votes with <paramref name="vote"/>: none then, where there is no such one.</summary>
    public static RpcCall<ImmutableArray<VoteAccount>> VoteAccounts(string? vote = null) => new(
        "getVoteAccounts",
        json =>
        {
            json.WriteStartObject();
            json.WriteString("commitment", "confirmed");
            if (vote is not null)
            {
                json.WriteString("votePubkey", vote);
            }

            json.WriteEndObject();
        },
        json => [.. Validators(json, "current", isDelinquent: false), .. Validators(json, "delinquent", isDelinquent: true)]);

    /// <summary>How many blocks were made: in this epoch, or from a slot on; by all, or by one validator.</summary>
    /// <param name="identity">The validator's identity; null for all.</param>
    /// <param name="from">First slot; null for the epoch's.</param>
    public static RpcCall<BlockProduction> BlockProduction(string? identity, ulong? from) => new(
        "getBlockProduction",
        json =>
        {
            json.WriteStartObject();
            json.WriteString("commitment", "confirmed");
            if (identity is not null)
            {
                json.WriteString("identity", identity);
            }

            if (from is { } first)
            {
                json.WriteStartObject("range");
                json.WriteNumber("firstSlot", first);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        },
        json => Production(JsonReading.Object(JsonReading.Member(JsonReading.Member(json, "value"), "byIdentity"), "the validators")));

    /// <summary>What an account holds, in lamports: 0 for one that does not exist.</summary>
    public static RpcCall<BigInteger> Balance(string account) => new(
        "getBalance",
        json =>
        {
            json.WriteStringValue(account);
            WriteCommitment(json, Commitment.Confirmed);
        },
        json => JsonReading.Whole(JsonReading.Member(json, "value"), "the balance"));

    private static IEnumerable<VoteAccount> Validators(JsonElement json, string member, bool isDelinquent) =>
        JsonReading.List(JsonReading.Member(json, member), $"the list of {member} validators", MaxValidators, validator => new VoteAccount(
            Key(JsonReading.Member(validator, "votePubkey"), "the vote account"),
            Key(JsonReading.Member(validator, "nodePubkey"), "the identity"),
            JsonReading.Whole(JsonReading.Member(validator, "activatedStake"), "the stake"),
            JsonReading.Count(JsonReading.Member(validator, "lastVote"), "the last vote"),
            isDelinquent));

    private static BlockProduction Production(JsonElement byIdentity)
    {
        const string What = "the slots and blocks of a validator";
        BigInteger slots = 0, blocks = 0;
        foreach (var validator in byIdentity.EnumerateObject().Take(MaxValidators))
        {
            var counts = JsonReading.List(validator.Value, What, 2, count => JsonReading.Count(count, What));
            if (counts.Length != 2 || counts[1] > counts[0])
            {
                throw JsonReading.Wrong(validator.Value, What, "two numbers, the second not above the first");
            }

            (slots, blocks) = (slots + counts[0], blocks + counts[1]);
        }

        return slots <= ulong.MaxValue ? new BlockProduction((ulong)slots, (ulong)blocks) : throw new FormatException("there are more slots than 2^64");
    }

    private static string Key(JsonElement json, string what) =>
        json.ValueKind == JsonValueKind.String && json.GetString() is { } text && Base58.IsKey(text)
            ? text
            : throw JsonReading.Wrong(json, what, "32 bytes in base 58");

    private static Action<Utf8JsonWriter> At(Commitment commitment) => json => WriteCommitment(json, commitment);

    private static void WriteCommitment(Utf8JsonWriter json, Commitment commitment)
    {
        json.WriteStartObject();
        json.WriteString("commitment", commitment switch
        {
            Commitment.Processed => "processed",
            Commitment.Confirmed => "confirmed",
            Commitment.Finalized => "finalized",
            _ => throw new ArgumentOutOfRangeException(nameof(commitment)),
        });
        json.WriteEndObject();
    }

    private static void NoParameters(Utf8JsonWriter json)
    {
    }
}
