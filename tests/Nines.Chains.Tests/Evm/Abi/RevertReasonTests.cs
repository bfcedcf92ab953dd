using FsCheck;
using FsCheck.Fluent;
using Nines.Chains.Evm;
using Nines.Chains.Evm.Abi;

namespace Nines.Chains.Tests.Evm.Abi;

public sealed class RevertReasonTests
{
    [Fact]
    public void A_reason_in_words_is_shown()
    {
        var data = AbiSignature.Parse("error Error(string)").EncodeCall(new AbiValue.Text("Pausable: paused"));
        Assert.Equal("0x08c379a0", Selector.Of(data.Span).ToString());
        Assert.Equal(new RevertReason.Message("Pausable: paused"), RevertReason.Decode(data));
        Assert.Equal("reverted: Pausable: paused", RevertReason.Decode(data).Text);
    }

    [Theory]
    [InlineData(0x00, "panic 0x00: a panic that the compiler inserted")]
    [InlineData(0x01, "panic 0x01: an assertion was false")]
    [InlineData(0x11, "panic 0x11: an arithmetic operation overflowed or underflowed")]
    [InlineData(0x12, "panic 0x12: a division or modulo by zero")]
    [InlineData(0x21, "panic 0x21: a number was converted to an enum that has no such value")]
    [InlineData(0x22, "panic 0x22: a byte array in storage is wrongly encoded")]
    [InlineData(0x31, "panic 0x31: pop() was called on an empty array")]
    [InlineData(0x32, "panic 0x32: an index is out of the bounds of its array")]
    [InlineData(0x41, "panic 0x41: too much memory was asked for, or an array is too large")]
    [InlineData(0x51, "panic 0x51: a variable of function type was called that was never set")]
    [InlineData(0x99, "panic 0x99: no published meaning")]
    [InlineData(0x1234, "panic 0x1234: no published meaning")]
    public void A_panic_is_explained(int code, string text)
    {
        var data = AbiSignature.Parse("error Panic(uint256)").EncodeCall(new AbiValue.Number(code));
        Assert.Equal("0x4e487b71", Selector.Of(data.Span).ToString());
        Assert.Equal(text, RevertReason.Decode(data).Text);
    }

    [Theory]
    [InlineData("EnforcedPause", "0xd93c0665")]
    [InlineData("ExpectedPause", "0x8dfc202b")]
    [InlineData("ERC20InsufficientBalance", "0xe450d38c")]
    [InlineData("ERC20InsufficientAllowance", "0xfb8f41b2")]
    [InlineData("OwnableUnauthorizedAccount", "0x118cdaa7")]
    [InlineData("AccessControlUnauthorizedAccount", "0xe2517d3f")]
    [InlineData("ReentrancyGuardReentrantCall", "0x3ee5aeb5")]
    public void The_errors_of_OpenZeppelin_are_known(string name, string selector) =>
        Assert.Equal(selector, KnownErrors.Published.All.Single(e => e.Name == name).Selector.ToString());

    [Fact]
    public void No_two_published_errors_share_a_selector_or_a_name() =>
        Assert.Equal(KnownErrors.Published.Count, KnownErrors.Published.All.Select(e => e.Name).Distinct().Count());

    [Fact]
    public void A_paused_token_says_so() => Assert.Equal("EnforcedPause()", RevertReason.Decode(HexBytes.Parse("0xd93c0665")).Text);

    [Fact]
    public void A_known_error_is_shown_with_the_names_of_its_arguments()
    {
        var error = KnownErrors.Published.All.Single(e => e.Name == "ERC20InsufficientBalance");
        var data = error.EncodeCall(
            new AbiValue.Account(Address.Parse("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")), new AbiValue.Number(5), new AbiValue.Number(7));
        Assert.Equal(
            "ERC20InsufficientBalance(sender: 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed, balance: 5, needed: 7)",
            RevertReason.Decode(data).Text);
    }

    [Fact]
    public void An_error_of_the_contract_s_own_is_known_once_it_is_declared()
    {
        var error = AbiSignature.Parse("error TooLate(uint64 deadline)");
        var data = error.EncodeCall(new AbiValue.Number(9));
        Assert.Equal($"reverted with the unknown error {error.Selector} and the data 0x{new string('0', 63)}9", RevertReason.Decode(data).Text);
        Assert.Equal("TooLate(deadline: 9)", RevertReason.Decode(data, KnownErrors.Published.With([error])).Text);
    }

    [Fact]
    public void No_data_is_said_to_be_no_reason() => Assert.Equal("reverted without a reason", RevertReason.Decode(HexBytes.Empty).Text);

    [Theory]
    [InlineData("0x08c379")]
    [InlineData("0x08c379a0")]
    [InlineData("0x4e487b71ff")]
    [InlineData("0xe450d38c0000")]
    public void Data_that_is_not_what_its_selector_says_is_shown_as_it_is(string data)
    {
        var reason = Assert.IsType<RevertReason.Unreadable>(RevertReason.Decode(HexBytes.Parse(data)));
        Assert.Contains(data, reason.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_bytes_give_a_reason_of_bounded_length_or_the_contract_s_own_words()
    {
        byte[][] seeds =
        [
            AbiSignature.Parse("error Error(string)").EncodeCall(new AbiValue.Text("not enough")).Span.ToArray(),
            AbiSignature.Parse("error Panic(uint256)").EncodeCall(new AbiValue.Number(0x11)).Span.ToArray(),
            [0xd9, 0x3c, 0x06, 0x65],
        ];
        Prop.ForAll(Mutations.Of(seeds), bytes => RevertReason.Decode(HexBytes.CopyOf(bytes)).Text.Length is > 0 and < 1_000)
            .Check(Mutations.Many);
    }
}
