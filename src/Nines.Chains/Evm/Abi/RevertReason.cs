using System.Collections.Immutable;

namespace Nines.Chains.Evm.Abi;

/// <summary>Why a contract refused a call, read from the data that it reverted with.</summary>
public abstract record RevertReason
{
    private static readonly AbiSignature ErrorOfText = AbiSignature.Parse("error Error(string reason)");
    private static readonly AbiSignature PanicOfCode = AbiSignature.Parse("error Panic(uint256 code)");

    private RevertReason()
    {
    }

    /// <summary>One line for a person.</summary>
    public abstract string Text { get; }

    /// <summary>Any bytes give a reason; those that make no sense give <see cref="Unknown"/> or <see cref="Unreadable"/>.</summary>
    /// <param name="data">What the call reverted with.</param>
    /// <param name="errors">The custom errors to recognise; null for <see cref="KnownErrors.Published"/>.</param>
    public static RevertReason Decode(HexBytes data, KnownErrors? errors = null)
    {
        if (data.IsEmpty)
        {
            return new Empty();
        }

        if (Selector.Of(data.Span) is not { } selector)
        {
            return new Unreadable(data, "fewer bytes than a selector has");
        }

        if (selector == ErrorOfText.Selector)
        {
            return Read(ErrorOfText, data, arguments => new Message(((AbiValue.Text)arguments[0]).Value));
        }

        if (selector == PanicOfCode.Selector)
        {
            return Read(PanicOfCode, data, arguments => new Panicked(((AbiValue.Number)arguments[0]).Value));
        }

        return (errors ?? KnownErrors.Published).Find(selector) is { } known
            ? Read(known, data, arguments => new Custom(known, arguments))
            : new Unknown(selector, data);
    }

    public sealed override string ToString() => Text;

    private static RevertReason Read(AbiSignature error, HexBytes data, Func<ImmutableArray<AbiValue>, RevertReason> reason) =>
        error.DecodeInputs(data.Span) switch
        {
            AbiDecoding.Decoded decoded => reason(decoded.Values),
            AbiDecoding.Refused refused => new Unreadable(data, $"{error.Canonical}: {refused.Why}"),
            _ => throw new InvalidOperationException("A decoding is decoded or refused."),
        };

    /// <summary>No data: revert() or require(condition) without a reason, or a client that does not pass the data on.</summary>
    public sealed record Empty : RevertReason
    {
        public override string Text => "reverted without a reason";
    }

    /// <summary>Error(string): require(condition, "…") or revert("…").</summary>
    public sealed record Message(string Reason) : RevertReason
    {
        public override string Text => "reverted: " + Reason;
    }

    /// <summary>Panic(uint256): the code that the compiler put in stopped the call.</summary>
    /// <param name="Code">In [0, 2^256 − 1]; see <see cref="PanicCode"/> for those with a published meaning.</param>
    public sealed record Panicked(System.Numerics.BigInteger Code) : RevertReason
    {
        public override string Text => PanicCodes.Known(Code) is { } known
            ? $"panic {PanicCodes.Shown(Code)}: {PanicCodes.Meaning(known)}"
            : $"panic {PanicCodes.Shown(Code)}: no published meaning";
    }

    /// <summary>A custom error whose declaration is known.</summary>
    public sealed record Custom(AbiSignature Error, ImmutableArray<AbiValue> Arguments) : RevertReason
    {
        public override string Text => $"{Error.Name}({string.Join(", ", Error.Inputs.Zip(Arguments, Shown))})";

        public bool Equals(Custom? other) =>
            other is not null && Error == other.Error && Arguments.AsSpan().SequenceEqual(other.Arguments.AsSpan());

        public override int GetHashCode() => Error.GetHashCode();

        private static string Shown(AbiParameter input, AbiValue argument) =>
            input.Name.Length > 0 ? $"{input.Name}: {argument}" : argument.ToString();
    }

    /// <summary>A custom error whose declaration is not known.</summary>
    /// <param name="Selector">The first four bytes of <paramref name="Data"/>.</param>
    /// <param name="Data">All that the call reverted with.</param>
    public sealed record Unknown(Selector Selector, HexBytes Data) : RevertReason
    {
        public override string Text => $"reverted with the unknown error {Selector}{Shown(Data, Selector.Size)}";
    }

    /// <summary>Data that is not what its selector says, or too short to have one.</summary>
    public sealed record Unreadable(HexBytes Data, string Why) : RevertReason
    {
        public override string Text => $"reverted with data that cannot be read ({Why}): {Hex.Shown(Data.ToString())}";
    }

    private static string Shown(HexBytes data, int from) =>
        data.Length > from ? $" and the data {Hex.Shown(Hex.Write(data.Span[from..]))}" : "";
}
