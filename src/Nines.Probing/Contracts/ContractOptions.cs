using System.Collections.Immutable;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Numerics;
using Nines.Core;
using Nines.Probing.Rpc;

namespace Nines.Probing.Contracts;

public sealed record ContractOptions : RpcOptions
{
    public const int MostReads = 32;
    public const int MostActions = 16;

    [Required, Description("The contract's address: 0x and 40 hexadecimal digits. Mixed case must be a right checksum.")]
    public required string Address { get; init; }

    [Description("A function to read, such as \"paused() returns (bool)\". Its first output is the signal result.")]
    public string? Call { get; init; }

    [Description("Arguments of call, one text each: 12, 0x…, true, \"some text\", [1, 2], (1, true).")]
    public ImmutableArray<string> Args { get; init; } = [];

    [Description("Named values, of this contract and others, all read at one block: the signals name(). At most 32.")]
    public ImmutableArray<ContractRead> Reads { get; init; } = [];

    [Description("A user's action that must not revert: simulated at the latest block, never sent. Short for one of actions.")]
    public SimulatedAction? Simulate { get; init; }

    [Description("Users' actions that must not revert, each with signals of its own: reverted(name), revert_reason(name). At most 16.")]
    public ImmutableArray<SimulatedAction> Actions { get; init; } = [];

    [Range(2, 64), Description("Looks at the reads in each block since the last look, in at most so many of them. Without it only at the newest block's.")]
    public int? EachBlock { get; init; }

    [FilePath, Description("JSON ABI, as compilers write it: functions can then be given by name, and its errors are known.")]
    public string? Abi { get; init; }

    [Description("Declarations of the contracts' own errors, such as \"error NotOpen(uint256 opens)\", so that reverts are named.")]
    public ImmutableArray<string> Errors { get; init; } = [];
}

/// <summary>A value of a contract that conditions name.</summary>
public sealed record ContractRead
{
    [Required, Description("What conditions call it: totalSupply is written totalSupply().")]
    public required string Name { get; init; }

    [Description("The contract that is read; the probe's own when left out.")]
    public string? Address { get; init; }

    [Required, Description("The function, such as \"totalSupply() returns (uint256)\".")]
    public required string Call { get; init; }

    [Description("Arguments of call, one text each.")]
    public ImmutableArray<string> Args { get; init; } = [];

    [Description("Which of several outputs: its name, or its number from 1. The first when left out.")]
    public string? Output { get; init; }

    [Range(0, 77), Description("Digits behind the point: with 6, 1500000 is read as 1.5.")]
    public int Decimals { get; init; }

    [Description("age: the output is a Unix time, and the value how long ago that was.")]
    public ReadAs As { get; init; }

    [Description("A broken condition on it is evidence of an attack, such as a mint without a lock: told at once, with cause security.")]
    public bool Security { get; init; }
}

public enum ReadAs
{
    Value,
    Age,
}

/// <summary>What a user would do, and from which account.</summary>
public sealed record SimulatedAction
{
    [Required, Description("What the action is for its users, such as \"transfer\": among actions, what conditions call it.")]
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
