using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Numerics;
using Nines.Probing.Evm;
using Nines.Probing.Rpc;

namespace Nines.Probing.Contracts;

public sealed record ContractOptions : RpcOptions
{
    [Required, Description("The contract's address: 0x and 40 hexadecimal digits. Mixed case must be a right checksum.")]
    public required string Address { get; init; }

    [Description("A function to read, such as \"paused() returns (bool)\". Its first output is the signal result.")]
    public string? Call { get; init; }

    [Description("Arguments of call, one text each: 12, 0x…, true, \"some text\", [1, 2], (1, true).")]
    public ImmutableArray<string> Args { get; init; } = [];

    [Description("A user's action that must not revert: simulated at the latest block, never sent.")]
    public SimulatedAction? Simulate { get; init; }

    [Description("Declarations of the contract's own errors, such as \"error NotOpen(uint256 opens)\", so that reverts are named.")]
    public ImmutableArray<string> Errors { get; init; } = [];
}

/// <summary>What a user would do, and from which account.</summary>
public sealed record SimulatedAction
{
    [Required, Description("What the action is for its users, such as \"transfer\": the signal action.")]
    public required string Name { get; init; }

    [Required, Description("The account that acts. It must hold what the action needs, or it reverts for that.")]
    public required string From { get; init; }

    [Description("The contract that is called; the probe's own when left out.")]
    public string? To { get; init; }

    [Required, Description("The function, such as \"transfer(address,uint256) returns (bool)\".")]
    public required string Call { get; init; }

    [Description("Arguments of call, one text each.")]
    public ImmutableArray<string> Args { get; init; } = [];

    [Description("Wei sent along.")]
    public BigInteger Value { get; init; }
}
