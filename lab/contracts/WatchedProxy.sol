// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";

/// An EIP-1967 proxy, initialised with its administrator.
contract WatchedProxy is ERC1967Proxy {
    constructor(address implementation, address admin)
        ERC1967Proxy(implementation, abi.encodeWithSignature("initialize(address)", admin))
    {}
}
