using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Nines.Chains.Evm.Abi;

/// <summary>What a signature names.</summary>
public enum AbiSignatureKind
{
    Function,
    Error,
    Event,
}

/// <summary>
/// The declaration of a function, custom error or event. Written for people ("function totalSupply() view returns (uint256)",
/// "transfer(address,uint256)", "error InsufficientBalance(address who, uint256 have)") or taken from a JSON ABI: see
/// <see cref="ContractAbi"/>.
/// </summary>
public sealed record AbiSignature
{
    /// <exception cref="AbiException">The name is not an identifier, or something other than a function returns values.</exception>
    public AbiSignature(
        AbiSignatureKind kind, string name, ImmutableArray<AbiParameter> inputs, ImmutableArray<AbiParameter> outputs = default)
    {
        if (!AbiText.IsIdentifier(name))
        {
            throw new AbiException($"'{Hex.Shown(name)}' is not a name.");
        }

        Outputs = outputs.IsDefault ? [] : outputs;
        if (kind != AbiSignatureKind.Function && !Outputs.IsEmpty)
        {
            throw new AbiException($"{name}: only a function returns values.");
        }

        (Kind, Name, Inputs) = (kind, name, inputs);
        Canonical = $"{name}({string.Join(',', inputs.Select(p => p.Type.Name))})";
        Topic = Keccak256.Hash(Encoding.UTF8.GetBytes(Canonical));
        Selector = Evm.Selector.Of(Topic.ToArray())!.Value;
    }

    public AbiSignatureKind Kind { get; }

    public string Name { get; }

    public ImmutableArray<AbiParameter> Inputs { get; }

    public ImmutableArray<AbiParameter> Outputs { get; }

    /// <summary>What is hashed: "transfer(address,uint256)".</summary>
    public string Canonical { get; }

    /// <summary>The Keccak-256 of <see cref="Canonical"/>: an event's first topic.</summary>
    public Hash32 Topic { get; }

    /// <summary>The first four bytes of <see cref="Topic"/>.</summary>
    public Selector Selector { get; }

    /// <exception cref="AbiException">The text is not a signature; the message says where and why.</exception>
    public static AbiSignature Parse(string text) => AbiText.ParseSignature(text);

    /// <param name="why">What is wrong with the text; empty when nothing is.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out AbiSignature? signature, out string why)
    {
        try
        {
            (signature, why) = (AbiText.ParseSignature(text), "");
            return true;
        }
        catch (AbiException refused)
        {
            (signature, why) = (null, refused.Message);
            return false;
        }
    }

    /// <summary>Call data: the selector and the arguments.</summary>
    /// <exception cref="AbiException">The arguments do not fit <see cref="Inputs"/>.</exception>
    public HexBytes EncodeCall(params ImmutableArray<AbiValue> arguments)
    {
        var encoded = AbiEncoder.Encode(TypesOf(Inputs), arguments);
        var call = new byte[Selector.Size + encoded.Length];
        Selector.CopyTo(call);
        encoded.Span.CopyTo(call.AsSpan(Selector.Size));
        return HexBytes.Owning(call);
    }

    /// <summary>Decodes what a call of this function returned.</summary>
    public AbiDecoding DecodeOutputs(ReadOnlySpan<byte> returned, AbiLimits? limits = null) =>
        AbiDecoder.Decode(TypesOf(Outputs), returned, limits);

    /// <summary>Decodes call data of this function, or revert data of this error, selector included.</summary>
    public AbiDecoding DecodeInputs(ReadOnlySpan<byte> data, AbiLimits? limits = null) =>
        Evm.Selector.Of(data) == Selector
            ? AbiDecoder.Decode(TypesOf(Inputs), data[Selector.Size..], limits)
            : new AbiDecoding.Refused(AbiFault.WrongSelector, 0, $"the data does not start with {Selector} of {Canonical}");

    public bool Equals(AbiSignature? other) =>
        other is not null
        && Kind == other.Kind
        && Canonical == other.Canonical
        && Inputs.AsSpan().SequenceEqual(other.Inputs.AsSpan())
        && Outputs.AsSpan().SequenceEqual(other.Outputs.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Kind, Canonical);

    /// <summary>As it would be declared; what it returns included, modifiers not.</summary>
    public override string ToString()
    {
        var keyword = Kind switch
        {
            AbiSignatureKind.Function => "function",
            AbiSignatureKind.Error => "error",
            AbiSignatureKind.Event => "event",
        };
        var returns = Outputs.IsEmpty ? "" : $" returns ({string.Join(", ", Outputs)})";
        return $"{keyword} {Name}({string.Join(", ", Inputs)}){returns}";
    }

    private static ImmutableArray<AbiType> TypesOf(ImmutableArray<AbiParameter> parameters) => [.. parameters.Select(p => p.Type)];
}
