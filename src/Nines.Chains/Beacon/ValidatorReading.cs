namespace Nines.Chains.Beacon;

/// <summary>What the beacon API says of validators, and of what they earn.</summary>
internal static class ValidatorReading
{
    public static Validator Validator(ref BeaconJson json)
    {
        ulong? index = null, balance = null;
        ValidatorStatus? status = null;
        (PublicKey Key, ulong Effective, bool Slashed, ulong Activation, ulong Exit)? own = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("index"u8)) index = json.UInt64();
            else if (json.IsProperty("balance"u8)) balance = json.UInt64();
            else if (json.IsProperty("status"u8)) status = Status(json.Word());
            else if (json.IsProperty("validator"u8)) own = Record(ref json);
            else json.Skip();
        }

        var said = own ?? throw BeaconReading.Missing("validator");
        return new Validator(index ?? throw BeaconReading.Missing("index"), said.Key, status ?? throw BeaconReading.Missing("status"), balance ?? throw BeaconReading.Missing("balance"),
            said.Effective, said.Slashed, said.Activation, said.Exit);
    }

    /// <summary>The total rewards; the ideal ones are what others could have had.</summary>
    public static List<AttestationReward> AttestationRewards(ref BeaconJson json)
    {
        List<AttestationReward>? rewards = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("total_rewards"u8)) rewards = BeaconReading.List(ref json, AttestationReward);
            else json.Skip();
        }

        return rewards ?? throw BeaconReading.Missing("total_rewards");
    }

    public static SyncCommitteeReward SyncCommitteeReward(ref BeaconJson json)
    {
        ulong? index = null;
        long? reward = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("validator_index"u8)) index = json.UInt64();
            else if (json.IsProperty("reward"u8)) reward = json.Int64();
            else json.Skip();
        }

        return new SyncCommitteeReward(index ?? throw BeaconReading.Missing("validator_index"), reward ?? throw BeaconReading.Missing("reward"));
    }

    public static BlockReward BlockReward(ref BeaconJson json)
    {
        ulong? proposer = null, total = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("proposer_index"u8)) proposer = json.UInt64();
            else if (json.IsProperty("total"u8)) total = json.UInt64();
            else json.Skip();
        }

        return new BlockReward(proposer ?? throw BeaconReading.Missing("proposer_index"), total ?? throw BeaconReading.Missing("total"));
    }

    private static AttestationReward AttestationReward(ref BeaconJson json)
    {
        ulong? index = null;
        long? head = null, target = null, source = null;
        long inactivity = 0;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("validator_index"u8)) index = json.UInt64();
            else if (json.IsProperty("head"u8)) head = json.Int64();
            else if (json.IsProperty("target"u8)) target = json.Int64();
            else if (json.IsProperty("source"u8)) source = json.Int64();
            else if (json.IsProperty("inactivity"u8)) inactivity = json.Int64();
            else json.Skip();
        }

        return new AttestationReward(index ?? throw BeaconReading.Missing("validator_index"), head ?? throw BeaconReading.Missing("head"),
            target ?? throw BeaconReading.Missing("target"), source ?? throw BeaconReading.Missing("source"), inactivity);
    }

    private static (PublicKey Key, ulong Effective, bool Slashed, ulong Activation, ulong Exit) Record(ref BeaconJson json)
    {
        PublicKey? key = null;
        ulong? effective = null, activation = null, exit = null;
        bool? slashed = null;
        json.BeginObject();
        while (json.NextProperty())
        {
            if (json.IsProperty("pubkey"u8)) key = json.Key();
            else if (json.IsProperty("effective_balance"u8)) effective = json.UInt64();
            else if (json.IsProperty("slashed"u8)) slashed = json.Flag();
            else if (json.IsProperty("activation_epoch"u8)) activation = json.UInt64();
            else if (json.IsProperty("exit_epoch"u8)) exit = json.UInt64();
            else json.Skip();
        }

        return (key ?? throw BeaconReading.Missing("pubkey"), effective ?? throw BeaconReading.Missing("effective_balance"), slashed ?? throw BeaconReading.Missing("slashed"),
            activation ?? throw BeaconReading.Missing("activation_epoch"), exit ?? throw BeaconReading.Missing("exit_epoch"));
    }

    private static ValidatorStatus Status(ReadOnlySpan<byte> word)
    {
        if (word.SequenceEqual("active_ongoing"u8)) return ValidatorStatus.ActiveOngoing;
        if (word.SequenceEqual("active_exiting"u8)) return ValidatorStatus.ActiveExiting;
        if (word.SequenceEqual("active_slashed"u8)) return ValidatorStatus.ActiveSlashed;
        if (word.SequenceEqual("pending_initialized"u8)) return ValidatorStatus.PendingInitialized;
        if (word.SequenceEqual("pending_queued"u8)) return ValidatorStatus.PendingQueued;
        if (word.SequenceEqual("exited_unslashed"u8)) return ValidatorStatus.ExitedUnslashed;
        if (word.SequenceEqual("exited_slashed"u8)) return ValidatorStatus.ExitedSlashed;
        if (word.SequenceEqual("withdrawal_possible"u8)) return ValidatorStatus.WithdrawalPossible;
        if (word.SequenceEqual("withdrawal_done"u8)) return ValidatorStatus.WithdrawalDone;
        throw new FormatException("a status is none of the specification's");
    }
}
