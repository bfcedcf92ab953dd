using System.Text;

namespace Nines.Chains.Tests.Beacon;

/// <summary>Answers in the exact shape of the specification's examples.</summary>
internal static class BeaconAnswers
{
    public const string Root = "0xcf8e0d4e9587369b2301d0790347320302cc0943d5a1884560367e8208d920f2";
    public const string Key = "0x93247f2209abcacf57b75a51dafae777f9dd38bc7053d1af526f220a7489a6d3a2753e5f3e8b1cfe39b56f43611df74a";

    public const string Syncing = """{"data":{"head_slot":"1","sync_distance":"18446744073709551614","is_syncing":true,"is_optimistic":true,"el_offline":true}}""";

    public const string PeerCount = """{"data":{"disconnected":"12","connecting":"34","connected":"56","disconnecting":"5"}}""";

    public const string Version = """{"data":{"version":"Lighthouse/v0.1.5 (Linux x86_64)"}}""";

    public const string Genesis = $$$$"""{"data":{"genesis_time":"1590832934","genesis_validators_root":"{{{{Root}}}}","genesis_fork_version":"0x00000000"}}""";

    public const string Spec = """
        {"data":{"DEPOSIT_CONTRACT_ADDRESS":"0x00000000219ab540356cBB839Cbe05303d7705Fa","DEPOSIT_CHAIN_ID":"1","CONFIG_NAME":"mainnet","SECONDS_PER_SLOT":"12","SLOTS_PER_EPOCH":"32",
         "FAR":"18446744073709551615","BLOB_SCHEDULE":[{"EPOCH":"412672","MAX_BLOBS_PER_BLOCK":"15"}],"INTERVAL":null}}
        """;

    public const string Header = $$$$"""
        {"execution_optimistic":false,"finalized":false,"data":{"root":"{{{{Root}}}}","canonical":true,"header":{"message":{"slot":"9007199254740993","proposer_index":"7","parent_root":"{{{{Root}}}}",
         "state_root":"{{{{Root}}}}","body_root":"{{{{Root}}}}"},"signature":"0x1b66ac1fb663c9bc59509846d6ec05345bd908eda73e670af888da41af171505"}}}
        """;

    public const string Finality = $$$$"""
        {"execution_optimistic":false,"finalized":false,"data":{"previous_justified":{"epoch":"1","root":"{{{{Root}}}}"},"current_justified":{"epoch":"2","root":"{{{{Root}}}}"},"finalized":{"epoch":"0","root":"{{{{Root}}}}"}}}
        """;

    public const string Validators = $$$$"""
        {"execution_optimistic":false,"finalized":false,"data":[{"index":"1","balance":"32000000001","status":"active_ongoing","validator":{"pubkey":"{{{{Key}}}}","withdrawal_credentials":"{{{{Root}}}}",
         "effective_balance":"32000000000","slashed":false,"activation_eligibility_epoch":"1","activation_epoch":"2","exit_epoch":"18446744073709551615","withdrawable_epoch":"18446744073709551615"}}]}
        """;

    public const string AttestationRewards = """
        {"execution_optimistic":false,"finalized":false,"data":{"ideal_rewards":[{"effective_balance":"1000000000","head":"2500","target":"5000","source":"5000"}],
         "total_rewards":[{"validator_index":"0","head":"2000","target":"2000","source":"4000","inclusion_delay":"2000"},{"validator_index":"7","head":"0","target":"-2000","source":"-4000","inactivity":"-1"}]}}
        """;

    public const string SyncRewards = """{"execution_optimistic":false,"finalized":false,"data":[{"validator_index":"0","reward":"2000"},{"validator_index":"1","reward":"-2000"}]}""";

    public const string BlockRewards = """
        {"execution_optimistic":false,"finalized":false,"data":{"proposer_index":"123","total":"500","attestations":"200","sync_aggregate":"300","proposer_slashings":"0","attester_slashings":"0"}}
        """;

    public const string ProposerDuties = $$$$"""{"dependent_root":"{{{{Root}}}}","execution_optimistic":false,"data":[{"pubkey":"{{{{Key}}}}","validator_index":"1","slot":"2"}]}""";

    public const string AttesterDuties = $$$$"""
        {"dependent_root":"{{{{Root}}}}","execution_optimistic":false,"data":[{"pubkey":"{{{{Key}}}}","validator_index":"1","committee_index":"1","committee_length":"1","committees_at_slot":"1","validator_committee_index":"1","slot":"3"}]}
        """;

    public const string SyncDuties = $$$$"""{"execution_optimistic":false,"data":[{"pubkey":"{{{{Key}}}}","validator_index":"1","validator_sync_committee_indices":["0","511"]}]}""";

    public const string Liveness = """{"data":[{"index":"1","is_live":true},{"index":"2","is_live":false}]}""";

    public const string Error = """{"code":404,"message":"State not found","stacktraces":["a"]}""";

    public const string Events = $$$$"""
        : keep alive

        event: head
        data: {"slot":"10", "block":"{{{{Root}}}}", "state":"{{{{Root}}}}", "epoch_transition":false, "previous_duty_dependent_root":"{{{{Root}}}}", "current_duty_dependent_root":"{{{{Root}}}}", "execution_optimistic": false}

        event: finalized_checkpoint
        data: {"block":"{{{{Root}}}}", "state":"{{{{Root}}}}", "epoch":"2", "execution_optimistic": false }

        event: chain_reorg
        data: {"slot":"200", "depth":"50", "old_head_block":"{{{{Root}}}}", "new_head_block":"{{{{Root}}}}", "old_head_state":"{{{{Root}}}}", "new_head_state":"{{{{Root}}}}", "epoch":"2", "execution_optimistic": false}


        """;

    public static byte[][] All { get; } =
        [.. new[] { Syncing, PeerCount, Version, Genesis, Spec, Header, Finality, Validators, AttestationRewards, SyncRewards, BlockRewards, ProposerDuties, AttesterDuties, SyncDuties, Liveness, Error }
            .Select(Encoding.UTF8.GetBytes)];
}
