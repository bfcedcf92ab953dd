// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

/// The source side of a bridge, without any money in it: counts what is locked and the messages that were sent about it.
contract BridgeVault {
    uint256 public locked;
    uint64 public sent;

    function lock(uint256 amount) external {
        locked += amount;
        sent += 1;
    }

    function unlock(uint256 amount) external {
        locked -= amount;
    }
}
