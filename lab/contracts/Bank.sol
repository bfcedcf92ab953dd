// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// What is locked against what was minted, and two actions of its users, one of which can be closed: an invariant that can break, for one block or for good.
contract Bank {
    error NotOpen(uint256 opens);

    uint256 public locked;
    uint256 public totalSupply;
    uint256 public debt;
    uint256 public opens;
    uint256 public updated;

    constructor(uint256 amount) {
        (locked, totalSupply, updated) = (amount, amount, block.timestamp);
    }

    function set(uint256 locked_, uint256 totalSupply_, uint256 debt_) external {
        (locked, totalSupply, debt, updated) = (locked_, totalSupply_, debt_, block.timestamp);
    }

    function close(uint256 opens_) external {
        opens = opens_;
    }

    function swap(uint256 amount) external view returns (uint256) {
        if (opens > 0) revert NotOpen(opens);
        return amount;
    }

    function deposit(uint256 amount) external pure returns (uint256) {
        require(amount > 0, "nothing to deposit");
        return amount;
    }

    function reserves() external view returns (uint112 reserve0, uint112 reserve1, bool open) {
        return (uint112(locked), uint112(totalSupply), opens == 0);
    }
}
