using System.Collections.Immutable;
using System.ComponentModel;
using Nines.Pricing.Money;
using NodaTime;

namespace Nines.Pricing.Staking.Ethereum;

/// <summary>Networks whose constants are known here.</summary>
public enum EthereumNetworkName
{
    Mainnet,
    Gnosis,
    Hoodi,
    Holesky,
    Sepolia,
    /// <summary>One of your own: genesis is then needed.</summary>
    Custom,
}

/// <summary>The rule sets that differ in what a miss costs.</summary>
public enum EthereumFork
{
    Altair,
    Bellatrix,
    Deneb,
    Electra,
}

/// <summary>
/// The constants of a network, from its preset and config: mainnet from ethereum/consensus-specs (presets/mainnet, configs/mainnet.yaml),
/// Gnosis from gnosischain/specs (beacon_chain.md, consensus/config/gnosis.yaml), the test networks from eth-clients/{hoodi,holesky,sepolia}
/// (metadata/config.yaml). Configs give MIN_GENESIS_TIME and GENESIS_DELAY; genesis itself is what fork times that they state are reckoned from.
/// Capella and Fulu change nothing that a miss costs (specs/capella and specs/fulu, beacon-chain.md), so they have no rule set of their own.
/// </summary>
public sealed record EthereumNetwork
{
    /// <summary>EFFECTIVE_BALANCE_INCREMENT, in gwei.</summary>
    public const long Increment = 1_000_000_000;

    /// <summary>Incentivization weights, of <see cref="WeightDenominator"/> (altair/beacon-chain.md).</summary>
    public const int SourceWeight = 14, TargetWeight = 26, HeadWeight = 14, SyncWeight = 2, ProposerWeight = 8, WeightDenominator = 64;

    /// <summary>MIN_EPOCHS_TO_INACTIVITY_PENALTY, MAX_SEED_LOOKAHEAD, EPOCHS_PER_SLASHINGS_VECTOR.</summary>
    internal const int EpochsToLeak = 4, MaxSeedLookahead = 4, SlashingsVector = 8_192;

    internal const int SyncCommitteeSize = 512, SlotsOfSyncCommittee = 8_192;

    public required string Name { get; init; }

    /// <summary>When slot 0 began.</summary>
    public required Instant Genesis { get; init; }

    public Duration Slot { get; init; } = Duration.FromSeconds(12);
    public int SlotsPerEpoch { get; init; } = 32;
    public int BaseRewardFactor { get; init; } = 64;

    /// <summary>EJECTION_BALANCE, in increments: 16, on Holesky 28 (eth-clients/holesky, metadata/config.yaml).</summary>
    public int EjectionIncrements { get; init; } = 16;

    public long InactivityScoreBias { get; init; } = 4;
    public long InactivityScoreRecovery { get; init; } = 16;

    /// <summary>The epochs from which each rule set holds.</summary>
    public required ImmutableArray<(EthereumFork Fork, long Epoch)> Forks { get; init; }

    public required Currency Currency { get; init; }

    /// <summary>How many increments of the beacon chain are one coin: 1 ETH is one; 1 GNO is 32 (docs.gnosischain.com, about/specs/gbc: 32 mGNO are one GNO).</summary>
    public int IncrementsPerCoin { get; init; } = 1;

    /// <summary>How many gwei of the beacon chain are one coin.</summary>
    public decimal GweiPerCoin => (decimal)Increment * IncrementsPerCoin;

    public static EthereumNetwork Mainnet { get; } = new()
    {
        Name = "mainnet",
        Genesis = Instant.FromUnixTimeSeconds(1_606_824_023),
        Currency = Currency.Eth,
        Forks = [(EthereumFork.Altair, 74_240), (EthereumFork.Bellatrix, 144_896), (EthereumFork.Deneb, 269_568), (EthereumFork.Electra, 364_032)],
    };

    public static EthereumNetwork Of(EthereumNetworkName name) => name switch
    {
        EthereumNetworkName.Mainnet or EthereumNetworkName.Custom => Mainnet,
        EthereumNetworkName.Gnosis => Gnosis,
        EthereumNetworkName.Hoodi => Test("hoodi", 1_742_213_400, 0, 0, 0, 2_048),
        EthereumNetworkName.Holesky => Test("holesky", 1_695_902_400, 0, 0, 29_696, 115_968) with { EjectionIncrements = 28 },
        EthereumNetworkName.Sepolia => Test("sepolia", 1_655_733_600, 50, 100, 132_608, 222_464),
    };

    /// <exception cref="PricingException">NIN4271: the epoch is before Altair, whose rules are the first that are known here.</exception>
    public EthereumFork ForkAt(long epoch)
    {
        for (var i = Forks.Length - 1; i >= 0; i--)
            if (Forks[i].Epoch <= epoch) return Forks[i].Fork;
        throw new PricingException("NIN4271", $"Epoch {epoch} of {Name} is before Altair (epoch {Forks[0].Epoch}). Rewards followed other rules then, which are not known here. Price a later window.");
    }

    /// <summary>The inactivity penalty quotient of a fork: 3 × 2^24 in Altair, 2^24 from Bellatrix on (presets/mainnet/altair.yaml, bellatrix.yaml; Gnosis does not change it).</summary>
    public static long InactivityQuotientOf(EthereumFork fork) => fork switch
    {
        EthereumFork.Altair => 3 << 24,
        EthereumFork.Bellatrix or EthereumFork.Deneb or EthereumFork.Electra => 1 << 24,
    };

    /// <summary>MIN_SLASHING_PENALTY_QUOTIENT and PROPORTIONAL_SLASHING_MULTIPLIER of a fork (presets/mainnet/altair.yaml, bellatrix.yaml, electra.yaml).</summary>
    internal static (int Quotient, int Multiplier) SlashingOf(EthereumFork fork) => fork switch
    {
        EthereumFork.Altair => (64, 2),
        EthereumFork.Bellatrix or EthereumFork.Deneb => (32, 3),
        EthereumFork.Electra => (4_096, 3),
    };

    private static readonly EthereumNetwork Gnosis = new()
    {
        Name = "gnosis",
        Genesis = Instant.FromUnixTimeSeconds(1_638_993_340),
        Slot = Duration.FromSeconds(5),
        SlotsPerEpoch = 16,
        BaseRewardFactor = 25,
        Currency = new Currency("GNO"),
        IncrementsPerCoin = 32,
        Forks = [(EthereumFork.Altair, 512), (EthereumFork.Bellatrix, 385_536), (EthereumFork.Deneb, 889_856), (EthereumFork.Electra, 1_337_856)],
    };

    /// <summary>What is staked on a test network is worth nothing on the main one, so its coin has a name of its own.</summary>
    private static EthereumNetwork Test(string name, long genesis, long altair, long bellatrix, long deneb, long electra) => Mainnet with
    {
        Name = name,
        Genesis = Instant.FromUnixTimeSeconds(genesis),
        Currency = new Currency($"{name.ToUpperInvariant()}ETH"),
        Forks = [(EthereumFork.Altair, altair), (EthereumFork.Bellatrix, bellatrix), (EthereumFork.Deneb, deneb), (EthereumFork.Electra, electra)],
    };
}
