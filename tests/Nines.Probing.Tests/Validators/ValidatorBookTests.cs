using Nines.Chains.Beacon;
using Nines.Probing.Validators;

namespace Nines.Probing.Tests.Validators;

/// <summary>How epochs are counted, without a node.</summary>
public sealed class ValidatorBookTests
{
    private static readonly ValidatorsOptions Options = new() { Url = new Uri("http://node.example") };

    [Fact]
    public void Three_epochs_missed_in_a_row_count_since_the_first_of_them_and_two_do_not()
    {
        var book = new ValidatorBook(Options);
        book.Judge(Epoch(10, 100));
        book.Judge(Epoch(11, 100, missed: [7]));
        var two = book.Judge(Epoch(12, 100, missed: [7]));
        Assert.Equal((0, null, 2, 11u), (two.Missing, two.MissingSince, two.LongestMiss, two.SettledBefore));
        var three = book.Judge(Epoch(13, 100, missed: [7]));
        Assert.Equal((1, 11u, 14u), (three.Missing, three.MissingSince!.Value, three.SettledBefore));
        Assert.Contains("7; the first since epoch 11", three.MissingNames, StringComparison.Ordinal);
        Assert.Equal(0.99, (double)three.Attested / three.OnDuty);
        Assert.Equal(0, book.Judge(Epoch(14, 100)).Missing);
    }

    [Fact]
    public void A_miss_here_and_there_is_no_run()
    {
        var book = new ValidatorBook(Options);
        for (ulong epoch = 0; epoch < 20; epoch++) Assert.Equal(0, book.Judge(Epoch(epoch, 10, missed: epoch % 3 == 2 ? [] : [3])).Missing);
    }

    [Fact]
    public void An_epoch_that_the_whole_network_missed_neither_lengthens_a_run_nor_ends_it()
    {
        var book = new ValidatorBook(Options);
        book.Judge(Epoch(1, 10, missed: [4], participation: 0.99));
        book.Judge(Epoch(2, 10, missed: [4], participation: 0.99));
        var all = book.Judge(Epoch(3, 10, missed: [.. Enumerable.Range(0, 10).Select(i => (ulong)i)], participation: 0.4, proposals: [new Proposal(1, 97, true)], syncMissed: 32));
        Assert.Equal((true, 0, 0, (double?)1), (all.IsExcused, all.Missing, all.ProposalsMissed, all.SyncShare));
        var after = book.Judge(Epoch(4, 10, missed: [4], participation: 0.9));
        Assert.Equal((1, 1u), (after.Missing, after.MissingSince!.Value));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    [InlineData(100, 33)]
    [InlineData(10_000, 1_000)]
    public void A_third_or_a_thousand_missing_is_critical_since_the_last_of_them_went(int validators, int criticalAt)
    {
        var book = new ValidatorBook(Options);
        ulong[] few = [.. Enumerable.Range(0, criticalAt - 1).Select(i => (ulong)i)];
        Standing standing = null!;
        for (ulong epoch = 0; epoch < 3; epoch++) standing = book.Judge(Epoch(epoch, validators, missed: few));
        Assert.Equal((criticalAt, criticalAt - 1, null), (standing.CriticalAt, standing.Missing, standing.CriticalSince));
        for (ulong epoch = 3; epoch < 6; epoch++) standing = book.Judge(Epoch(epoch, validators, missed: [.. few, (ulong)criticalAt - 1]));
        Assert.Equal((criticalAt, 3u), (standing.Missing, standing.CriticalSince!.Value));
        Assert.Equal(criticalAt > 1 ? 0u : 3u, standing.MissingSince);
    }

    [Fact]
    public void Epochs_that_were_not_read_break_what_was_in_a_row()
    {
        var book = new ValidatorBook(Options);
        book.Judge(Epoch(1, 3, missed: [1]));
        book.Judge(Epoch(2, 3, missed: [1]));
        book.Skip();
        Assert.Equal(0, book.Judge(Epoch(9, 3, missed: [1])).Missing);
    }

    [Fact]
    public void Who_attests_and_is_fined_all_the_same_is_losing_and_not_missing()
    {
        var book = new ValidatorBook(Options);
        Standing standing = null!;
        for (ulong epoch = 5; epoch < 8; epoch++) standing = book.Judge(Epoch(epoch, 10, wrong: [2]));
        Assert.Equal((0, 1, 5u, 10), (standing.Missing, standing.Losing, standing.LosingSince!.Value, standing.Attested));
    }

    [Fact]
    public void Who_is_slashed_or_has_left_is_not_on_duty_and_is_told()
    {
        Validator[] validators =
        [
            Active(0), Active(1) with { Status = ValidatorStatus.ActiveSlashed, IsSlashed = true }, Active(2) with { Status = ValidatorStatus.ExitedUnslashed, ExitEpoch = 5 },
            Active(3) with { Status = ValidatorStatus.PendingQueued, ActivationEpoch = Validator.FarFuture },
        ];
        var standing = new ValidatorBook(Options).Judge(new EpochRecord(9, validators, [Paid(0)], 1, null, 0, 0, 0));
        Assert.Equal((1, 1, 1, 1, "1"), (standing.OnDuty, standing.Slashed, standing.Exited, standing.Pending, standing.SlashedNames));
        Assert.Null(standing.Proposals);
    }

    [Fact]
    public void Proposals_and_the_sync_committee_are_of_the_epoch_alone()
    {
        var book = new ValidatorBook(Options);
        var standing = book.Judge(Epoch(1, 3, proposals: [new Proposal(0, 33, true), new Proposal(1, 34, false), new Proposal(2, 35, null)], syncSigned: 26, syncMissed: 6));
        Assert.Equal((3, 1, "0 at slot 33", (double?)26 / 32), (standing.Proposals, standing.ProposalsMissed, standing.ProposalsMissedAt, standing.SyncShare));
        var next = book.Judge(Epoch(2, 3));
        Assert.Equal((0, (double?)1), (next.ProposalsMissed, next.SyncShare));
        Assert.Equal((Int128)0, next.BalanceDelta);
        Assert.Null(book.Judge(Epoch(3, 3) with { SyncMembers = 1 }).SyncShare);
    }

    private static EpochRecord Epoch(
        ulong epoch, int validators, ulong[]? missed = null, ulong[]? wrong = null, double? participation = null, Proposal[]? proposals = null, int syncSigned = 0, int syncMissed = 0)
    {
        Validator[] all = [.. Enumerable.Range(0, validators).Select(index => Active((ulong)index))];
        var (away, off) = ((missed ?? []).ToHashSet(), (wrong ?? []).ToHashSet());
        AttestationReward[] rewards = [.. all.Select(one => away.Contains(one.Index) ? new AttestationReward(one.Index, 0, -5_316, -2_862, 0)
            : off.Contains(one.Index) ? new AttestationReward(one.Index, 0, -5_316, 2_862, 0) : Paid(one.Index))];
        return new EpochRecord(epoch, all, rewards, participation, proposals ?? [], syncSigned + syncMissed > 0 ? 1 : 0, syncSigned, syncMissed);
    }

    private static AttestationReward Paid(ulong index) => new(index, 2_862, 5_316, 2_862, 0);

    private static Validator Active(ulong index) => new(index, default, ValidatorStatus.ActiveOngoing, 32_000_000_000, 32_000_000_000, false, 0, Validator.FarFuture);
}
