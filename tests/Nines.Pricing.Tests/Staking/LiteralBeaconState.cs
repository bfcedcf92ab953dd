using System.Numerics;

namespace Nines.Pricing.Tests.Staking;

/// <summary>
/// A whole registry of validators and the epoch processing of the consensus specifications (altair, bellatrix and electra beacon-chain.md), function by
/// function under their names, slow and literal, in integers without a limit. What the fast one is held against.
/// </summary>
internal sealed class LiteralBeaconState
{
    private static readonly BigInteger Increment = 1_000_000_000;
    private static readonly int[] Weights = [14, 26, 14];

    public sealed class Validator
    {
        public required BigInteger EffectiveBalance { get; set; }
        public required BigInteger MaxEffectiveBalance { get; init; }
        public BigInteger UsualBalance { get; init; }
        public long ExitEpoch { get; set; } = long.MaxValue;
        public BigInteger Balance { get; set; }
        public BigInteger Score { get; set; }

        /// <summary>Timely source, target, head in the previous epoch.</summary>
        public bool[] Flags { get; set; } = [false, false, false];

        public BigInteger[] Rewards { get; } = [0, 0, 0];
        public BigInteger[] Penalties { get; } = [0, 0, 0];
        public BigInteger InactivityPenalty { get; set; }
        public BigInteger[] WouldHaveEarned { get; } = [0, 0, 0];
    }

    public required List<Validator> Validators { get; init; }
    public required BigInteger InactivityQuotient { get; init; }
    public int BaseRewardFactor { get; init; } = 64;

    /// <summary>get_current_epoch; duties of the one before are settled.</summary>
    public long CurrentEpoch { get; private set; } = 1;

    public long FinalityDelay { get; set; }

    private long PreviousEpoch => CurrentEpoch - 1;
    private bool IsInInactivityLeak => FinalityDelay > 4;

    public void ProcessEpoch()
    {
        ProcessInactivityUpdates();
        ProcessRewardsAndPenalties();
        ProcessRegistryUpdates();
        ProcessEffectiveBalanceUpdates();
        CurrentEpoch++;
    }

    /// <summary>get_total_active_balance, in increments.</summary>
    public BigInteger ActiveIncrements => BigInteger.Max(Increment, Sum(Validators.Where(validator => IsActive(validator, CurrentEpoch)))) / Increment;

    /// <summary>unslashed_participating_increments of a flag.</summary>
    public BigInteger ParticipatingIncrements(int flag) => BigInteger.Max(Increment, Sum(Validators.Where(validator => IsActive(validator, PreviousEpoch) && validator.Flags[flag]))) / Increment;

    public static BigInteger IntegerSquareRoot(BigInteger n)
    {
        var x = n;
        var y = (x + 1) / 2;
        while (y < x)
        {
            x = y;
            y = (x + n / x) / 2;
        }
        return x;
    }

    private static bool IsActive(Validator validator, long epoch) => epoch < validator.ExitEpoch;
    private static BigInteger Sum(IEnumerable<Validator> validators) => validators.Aggregate(BigInteger.Zero, (sum, validator) => sum + validator.EffectiveBalance);

    private BigInteger BaseReward(BigInteger effectiveBalance) => effectiveBalance / Increment * (Increment * BaseRewardFactor / IntegerSquareRoot(ActiveIncrements * Increment));

    private void ProcessInactivityUpdates()
    {
        foreach (var validator in Validators.Where(validator => IsActive(validator, PreviousEpoch)))
        {
            if (validator.Flags[1]) validator.Score -= BigInteger.Min(1, validator.Score);
            else validator.Score += 4;
            if (!IsInInactivityLeak) validator.Score -= BigInteger.Min(16, validator.Score);
        }
    }

    private void ProcessRewardsAndPenalties()
    {
        var deltas = new List<(Validator Validator, int Flag, BigInteger Reward, BigInteger Penalty)>();
        for (var flag = 0; flag < 3; flag++)
        {
            var (participating, active) = (ParticipatingIncrements(flag), ActiveIncrements);
            foreach (var validator in Validators)
            {
                if (!IsInInactivityLeak) validator.WouldHaveEarned[flag] += BaseReward(validator.UsualBalance) * Weights[flag] * participating / (active * 64);
                if (!IsActive(validator, PreviousEpoch)) continue;
                var baseReward = BaseReward(validator.EffectiveBalance);
                if (validator.Flags[flag])
                {
                    if (!IsInInactivityLeak) deltas.Add((validator, flag, baseReward * Weights[flag] * participating / (active * 64), 0));
                }
                else if (flag != 2)
                {
                    deltas.Add((validator, flag, 0, baseReward * Weights[flag] / 64));
                }
            }
        }
        foreach (var validator in Validators.Where(validator => IsActive(validator, PreviousEpoch) && !validator.Flags[1]))
            deltas.Add((validator, 3, 0, validator.EffectiveBalance * validator.Score / (4 * InactivityQuotient)));
        foreach (var (validator, flag, reward, penalty) in deltas)
        {
            validator.Balance += reward;
            var taken = BigInteger.Min(validator.Balance, penalty);
            validator.Balance -= taken;
            if (flag == 3)
            {
                validator.InactivityPenalty += taken;
                continue;
            }
            validator.Rewards[flag] += reward;
            validator.Penalties[flag] += taken;
        }
    }

    private void ProcessRegistryUpdates()
    {
        foreach (var validator in Validators)
            if (validator.ExitEpoch == long.MaxValue && validator.EffectiveBalance <= 16 * Increment)
                validator.ExitEpoch = CurrentEpoch + 1 + 4;
    }

    private void ProcessEffectiveBalanceUpdates()
    {
        foreach (var validator in Validators)
        {
            var hysteresis = Increment / 4;
            if (validator.Balance + hysteresis < validator.EffectiveBalance || validator.EffectiveBalance + hysteresis * 5 < validator.Balance)
                validator.EffectiveBalance = BigInteger.Min(validator.Balance - validator.Balance % Increment, validator.MaxEffectiveBalance);
        }
    }
}
