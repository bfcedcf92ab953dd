using System.Text.Json;
using Nines.Chains.Evm;
using NodaTime;

namespace Nines.Chains.Beacon;

/// <summary>Reads one value of an answer; throws <see cref="FormatException"/> or <see cref="JsonException"/>.</summary>
internal delegate T BeaconReader<out T>(ref BeaconJson json);

/// <summary>The answers of the beacon API, as the specification (ethereum/beacon-APIs) shapes them. Unknown properties are left unread.</summary>
internal static class BeaconReading
{
    private const int MaxWord = 200;

    /// <summary>Years from genesis that a time of it may lie ahead; beyond, nothing can be placed on a time line.</summary>
    private const ulong LatestTime = 253_402_300_799;

    /// <returns>What stands in "data".</returns>
    public static T Data<T>(ReadOnlySpan<byte> body, BeaconReader<T> read)
    {
        var json = new BeaconJson(body);
        var (value, isThere) = (default(T), false);
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("data"u8))
            {
                (value, isThere) = (read(ref json), true);
            }
            else
            {
                json.Skip();
            }
        }

        json.End();
        return isThere ? value! : throw Missing("data");
    }

    public static List<T> List<T>(ref BeaconJson json, BeaconReader<T> item)
    {
        var items = new List<T>();
        json.BeginArray();
        while (json.NextItem())
        {
            items.Add(item(ref json));
        }

        return items;
    }

    public static NodeSyncing Syncing(ref BeaconJson json)
    {
        ulong? head = null, distance = null;
        bool? syncing = null;
        bool optimistic = false, offline = false;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("head_slot"u8)) head = json.Height();
            else if (json.IsProperty("sync_distance"u8)) distance = json.UInt64();
            else if (json.IsProperty("is_syncing"u8)) syncing = json.Flag();
            else if (json.IsProperty("is_optimistic"u8)) optimistic = json.Flag();
            else if (json.IsProperty("el_offline"u8)) offline = json.Flag();
            else json.Skip();
        }

        return new NodeSyncing(head ?? throw Missing("head_slot"), distance ?? throw Missing("sync_distance"), syncing ?? throw Missing("is_syncing"), optimistic, offline);
    }

    /// <returns>Peers that the node is connected to.</returns>
    public static ulong PeerCount(ref BeaconJson json) => OneNumber(ref json, "connected"u8);

    public static string Version(ref BeaconJson json)
    {
        string? version = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("version"u8)) version = json.Text(MaxWord);
            else json.Skip();
        }

        return version ?? throw Missing("version");
    }

    public static Genesis Genesis(ref BeaconJson json)
    {
        ulong? time = null;
        Hash32? root = null;
        string? fork = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("genesis_time"u8)) time = json.UInt64();
            else if (json.IsProperty("genesis_validators_root"u8)) root = json.Root();
            else if (json.IsProperty("genesis_fork_version"u8)) fork = json.Text(MaxWord);
            else json.Skip();
        }

        if (time > LatestTime)
        {
            throw new FormatException("genesis_time is beyond the year 9999");
        }

        return new Genesis(Instant.FromUnixTimeSeconds((long)(time ?? throw Missing("genesis_time"))), root ?? throw Missing("genesis_validators_root"), fork ?? throw Missing("genesis_fork_version"));
    }

    public static ChainSpec Spec(ref BeaconJson json)
    {
        ulong? slotSeconds = null, slotMilliseconds = null, slots = null, chain = null;
        string? name = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("SECONDS_PER_SLOT"u8)) slotSeconds = json.UInt64();
            else if (json.IsProperty("SLOT_DURATION_MS"u8)) slotMilliseconds = json.UInt64();
            else if (json.IsProperty("SLOTS_PER_EPOCH"u8)) slots = json.UInt64();
            else if (json.IsProperty("DEPOSIT_CHAIN_ID"u8)) chain = json.UInt64();
            else if (json.IsProperty("CONFIG_NAME"u8)) name = json.TextOrNull(MaxWord);
            else json.Skip();
        }

        // A node that tells both tells the same, and milliseconds are the finer.
        var slot = slotMilliseconds ?? (slotSeconds is { } seconds and <= 3_600 ? seconds * 1_000 : throw Missing("SECONDS_PER_SLOT of 1 to 3,600"));
        if (slot is 0 or > 3_600_000)
        {
            throw new FormatException("a slot is to take more than nothing and at most an hour");
        }

        return new ChainSpec(Duration.FromMilliseconds((long)slot), slots is >= 1 and <= 4_096 ? (uint)slots : throw Missing("SLOTS_PER_EPOCH of 1 to 4,096"), chain, name);
    }

    public static BeaconHeader Header(ref BeaconJson json)
    {
        Hash32? root = null;
        bool? canonical = null;
        (ulong Slot, ulong Proposer, Hash32 Parent)? message = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("root"u8)) root = json.Root();
            else if (json.IsProperty("canonical"u8)) canonical = json.Flag();
            else if (json.IsProperty("header"u8)) message = SignedHeader(ref json);
            else json.Skip();
        }

        var said = message ?? throw Missing("header");
        return new BeaconHeader(root ?? throw Missing("root"), canonical ?? throw Missing("canonical"), said.Slot, said.Proposer, said.Parent);
    }

    public static FinalityCheckpoints Finality(ref BeaconJson json)
    {
        Checkpoint? previous = null, current = null, finalized = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("previous_justified"u8)) previous = Checkpoint(ref json);
            else if (json.IsProperty("current_justified"u8)) current = Checkpoint(ref json);
            else if (json.IsProperty("finalized"u8)) finalized = Checkpoint(ref json);
            else json.Skip();
        }

        return new FinalityCheckpoints(previous ?? throw Missing("previous_justified"), current ?? throw Missing("current_justified"), finalized ?? throw Missing("finalized"));
    }

    public static ProposerDuty ProposerDuty(ref BeaconJson json)
    {
        var (validator, slot, _) = Duty(ref json);
        return new ProposerDuty(validator, slot ?? throw Missing("slot"));
    }

    public static AttesterDuty AttesterDuty(ref BeaconJson json)
    {
        var (validator, slot, _) = Duty(ref json);
        return new AttesterDuty(validator, slot ?? throw Missing("slot"));
    }

    public static SyncDuty SyncDuty(ref BeaconJson json)
    {
        var (validator, _, places) = Duty(ref json);
        return new SyncDuty(validator, places ?? throw Missing("validator_sync_committee_indices"));
    }

    public static Liveness Liveness(ref BeaconJson json)
    {
        ulong? index = null;
        bool? live = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("index"u8)) index = json.UInt64();
            else if (json.IsProperty("is_live"u8)) live = json.Flag();
            else json.Skip();
        }

        return new Liveness(index ?? throw Missing("index"), live ?? throw Missing("is_live"));
    }

    internal static FormatException Missing(string what) => new($"{what} is missing");

    private static (ulong Validator, ulong? Slot, int? Places) Duty(ref BeaconJson json)
    {
        ulong? validator = null, slot = null;
        int? places = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("validator_index"u8)) validator = json.UInt64();
            else if (json.IsProperty("slot"u8)) slot = json.Height();
            else if (json.IsProperty("validator_sync_committee_indices"u8)) places = List(ref json, static (ref BeaconJson item) => item.UInt64()).Count;
            else json.Skip();
        }

        return (validator ?? throw Missing("validator_index"), slot, places);
    }

    private static Checkpoint Checkpoint(ref BeaconJson json)
    {
        ulong? epoch = null;
        Hash32? root = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("epoch"u8)) epoch = json.Height();
            else if (json.IsProperty("root"u8)) root = json.Root();
            else json.Skip();
        }

        return new Checkpoint(epoch ?? throw Missing("epoch"), root ?? throw Missing("root"));
    }

    private static (ulong Slot, ulong Proposer, Hash32 Parent) SignedHeader(ref BeaconJson json)
    {
        (ulong, ulong, Hash32)? message = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("message"u8)) message = HeaderMessage(ref json);
            else json.Skip();
        }

        return message ?? throw Missing("message");
    }

    private static (ulong Slot, ulong Proposer, Hash32 Parent) HeaderMessage(ref BeaconJson json)
    {
        ulong? slot = null, proposer = null;
        Hash32? parent = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("slot"u8)) slot = json.Height();
            else if (json.IsProperty("proposer_index"u8)) proposer = json.UInt64();
            else if (json.IsProperty("parent_root"u8)) parent = json.Root();
            else json.Skip();
        }

        return (slot ?? throw Missing("slot"), proposer ?? throw Missing("proposer_index"), parent ?? throw Missing("parent_root"));
    }

    private static ulong OneNumber(ref BeaconJson json, ReadOnlySpan<byte> name)
    {
        ulong? number = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty(name)) number = json.UInt64();
            else json.Skip();
        }

        return number ?? throw Missing(System.Text.Encoding.UTF8.GetString(name));
    }
}
