using System.Numerics;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Signing;
using Nines.Chains.Evm.Transactions;
using NodaTime;

namespace Nines.Probing.Congestion;

/// <summary>
/// Sends a transaction of nothing to its own account now and then, and measures how long a block takes to have it. One at a time. What it may spend is saved
/// up evenly over the day and kept in memory only: after a restart it begins with nothing, so that restarts cannot spend more than the cap.
/// Decides and remembers; the probe does the asking.
/// </summary>
internal sealed class Canary
{
    public const ulong GasLimit = 21_000;

    /// <summary>Of the daily cap, that may be saved up at most: a day's spending is never more than the cap and this share of it.</summary>
    private const int Savings = 24;

    private readonly PrivateKey key;
    private readonly Duration every;
    private readonly BigInteger dailyCap;
    private BigInteger saved;
    private Instant savedAt;
    private Instant? lastSent, waitingSince;

    public Canary(CanaryOptions options, Instant now)
    {
        key = PrivateKey.Parse(options.Key);
        (every, dailyCap, savedAt) = (options.Every, FeeReckoning.WeiOf(options.DailyCap), now);
    }

    public Address Account => key.Address;

    /// <summary>What was sent and is in no block yet; null when nothing is.</summary>
    public Flight? Pending { get; private set; }

    /// <summary>How long the last one that a block had taken needed; null before the first.</summary>
    public Duration? Inclusion { get; private set; }

    public int Included { get; private set; }

    /// <summary>Why none is sent, or what became of the last; empty when there is nothing to say.</summary>
    public string Note { get; private set; } = "";

    /// <param name="Hash">By which the chain knows it; null for one of an earlier run of this process, of which only the nonce is known.</param>
    /// <param name="Sent">When it was sent; for one of an earlier run, when it was first met.</param>
    public sealed record Flight(Hash32? Hash, ulong Nonce, Instant Sent, BigInteger MostCost);

    /// <summary>What is saved up so far.</summary>
    /// <value>Wei.</value>
    public BigInteger Saved(Instant now)
    {
        if (now <= savedAt) return saved;
        var due = dailyCap * (BigInteger)(now - savedAt).TotalMilliseconds / 86_400_000;
        if (due.IsZero) return saved;
        (saved, savedAt) = (BigInteger.Min(saved + due, Most), now);
        return saved;
    }

    /// <returns>The next one, signed; null when none is to be sent now.</returns>
    /// <param name="gasPrice">What its users would pay for a unit of gas at most: in wei.</param>
    /// <param name="latest">Transactions of the account that are in blocks.</param>
    /// <param name="pending">Those that the node knows of beside.</param>
    /// <param name="balance">Of the account: in wei.</param>
    public SignedTransaction? Next(Instant now, ChainId chain, BigInteger gasPrice, BigInteger priorityFee, ulong latest, ulong pending, BigInteger balance)
    {
        if (Pending is not null) return null;
        if (pending > latest)
        {
            // Sent by a run before this one: how long it had waited then, nobody knows any more.
            Pending = new Flight(null, latest, now, BigInteger.Zero);
            waitingSince ??= now;
            return null;
        }
        if (lastSent is { } last && now - last < every) return null;
        var cost = gasPrice * GasLimit;
        var have = Saved(now);
        Note = cost > Most ? $"no canary: one costs {Coins(cost)}, more than a {Savings}th of daily_cap"
            : have < cost ? $"no canary yet: {Coins(have)} of {Coins(cost)} are saved up"
            : balance < cost ? $"no canary: its account {Account} has {Coins(balance)}, and one costs {Coins(cost)}"
            : "";
        if (Note.Length > 0) return null;
        var body = new Transaction.DynamicFee
        {
            Chain = chain, Nonce = latest, To = Account, GasLimit = new Gas(GasLimit), MaxFeePerGas = new Wei(gasPrice), MaxPriorityFeePerGas = new Wei(BigInteger.Min(priorityFee, gasPrice)),
        };
        var signed = body.Sign(key);
        (saved, lastSent) = (have - cost, now);
        Pending = new Flight(signed.Hash, latest, now, cost);
        waitingSince ??= now;
        return signed;
    }

    /// <summary>The node did not take it: nothing was spent. Nobody waits for it, but who sent it again goes on waiting.</summary>
    public void Refused(string why)
    {
        if (Pending is not { } flight) return;
        Return(flight.MostCost);
        if (waitingSince == flight.Sent) waitingSince = null;
        else lastSent = null;
        (Pending, Note) = (null, $"the node did not take the canary: {why}");
    }

    /// <summary>A block has it.</summary>
    /// <param name="at">The block's own time, which counts whole seconds.</param>
    /// <param name="cost">What it cost: in wei; null when that is not known.</param>
    public void Taken(Instant at, Instant now, BigInteger? cost)
    {
        if (Pending is not { } flight) return;
        if (flight.Hash is not null)
        {
            Inclusion = Duration.Max(Duration.Zero, Instant.Min(at, now) - (waitingSince ?? flight.Sent));
            Included++;
            if (cost is { } spent && spent < flight.MostCost) Return(flight.MostCost - spent);
        }
        (Pending, Note, waitingSince) = (null, "", null);
    }

    /// <summary>No node knows it any more, and no block has it: its user would send it again, and goes on waiting.</summary>
    public void Lost(Instant now)
    {
        if (Pending is not { } flight) return;
        Return(flight.MostCost);
        (Pending, Note, lastSent) = (null, $"the canary of {flight.Sent} is known to no node any more", now - every);
    }

    /// <summary>Since the first sending of what is in no block yet, however often it was sent.</summary>
    public Duration Waited(Instant now) => waitingSince is { } since ? Duration.Max(Duration.Zero, now - since) : Duration.Zero;

    private BigInteger Most => dailyCap / Savings;

    private void Return(BigInteger cost) => saved = BigInteger.Min(saved + cost, Most);

    private static string Coins(BigInteger wei) => FormattableString.Invariant($"{FeeReckoning.Coins(wei):0.#########}");
}
