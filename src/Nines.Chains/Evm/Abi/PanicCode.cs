using System.Globalization;
using System.Numerics;

namespace Nines.Chains.Evm.Abi;

/// <summary>Why code that Solidity compiled stopped itself: the argument of Panic(uint256).</summary>
/// <remarks>Source: Solidity documentation, "Panic via assert and Error via require". Values are the published codes.</remarks>
public enum PanicCode
{
    CompilerInserted = 0x00,
    AssertionFailed = 0x01,
    ArithmeticOverflow = 0x11,
    DivisionByZero = 0x12,
    NoSuchEnumValue = 0x21,
    BrokenStorageByteArray = 0x22,
    PopOnEmptyArray = 0x31,
    IndexOutOfBounds = 0x32,
    OutOfMemory = 0x41,
    CallToZeroFunction = 0x51,
}

public static class PanicCodes
{
    /// <summary>The published code, or null for a number that has no published meaning.</summary>
    public static PanicCode? Known(BigInteger code) =>
        code >= 0 && code <= byte.MaxValue && Enum.IsDefined((PanicCode)(int)code) ? (PanicCode)(int)code : null;

    /// <summary>A sentence for a person.</summary>
    public static string Meaning(PanicCode code) => code switch
    {
        PanicCode.CompilerInserted => "a panic that the compiler inserted",
        PanicCode.AssertionFailed => "an assertion was false",
        PanicCode.ArithmeticOverflow => "an arithmetic operation overflowed or underflowed",
        PanicCode.DivisionByZero => "a division or modulo by zero",
        PanicCode.NoSuchEnumValue => "a number was converted to an enum that has no such value",
        PanicCode.BrokenStorageByteArray => "a byte array in storage is wrongly encoded",
        PanicCode.PopOnEmptyArray => "pop() was called on an empty array",
        PanicCode.IndexOutOfBounds => "an index is out of the bounds of its array",
        PanicCode.OutOfMemory => "too much memory was asked for, or an array is too large",
        PanicCode.CallToZeroFunction => "a variable of function type was called that was never set",
    };

    /// <summary>"0x11": two digits at least.</summary>
    internal static string Shown(BigInteger code) => code.Sign >= 0 && code <= byte.MaxValue
        ? "0x" + ((int)code).ToString("x2", CultureInfo.InvariantCulture)
        : Quantity.Write(code);
}
