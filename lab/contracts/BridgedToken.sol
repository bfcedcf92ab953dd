// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// The destination side of a bridge: whoever asks may mint, with a message or, as an attacker would, without one.
contract BridgedToken is ERC20 {
    uint64 public received;

    constructor() ERC20("Bridged Lab Token", "bLAB") {}

    function mint(uint256 amount) external {
        received += 1;
        _mint(msg.sender, amount);
    }

    function mintWithoutMessage(uint256 amount) external {
        _mint(msg.sender, amount);
    }

    function burn(uint256 amount) external {
        _burn(msg.sender, amount);
    }
}
