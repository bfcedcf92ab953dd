// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// A price feed with the read interface that oracles have in common, told what to say.
contract Feed {
    uint8 public decimals;
    string public description = "LAB / USD";

    uint80 private roundId;
    int256 private answer;
    uint256 private updatedAt;

    constructor(uint8 decimals_) {
        decimals = decimals_;
    }

    /// `updatedAt_` 0 is now.
    function set(uint80 roundId_, int256 answer_, uint256 updatedAt_) external {
        (roundId, answer, updatedAt) = (roundId_, answer_, updatedAt_ == 0 ? block.timestamp : updatedAt_);
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        require(updatedAt > 0, "No data present");
        return (roundId, answer, updatedAt, updatedAt, roundId);
    }
}
