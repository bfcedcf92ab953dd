// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.20;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";

/// What stands behind WatchedProxy: an implementation that its administrators can exchange, pause and give roles in. Two that
/// were deployed with another version differ in their code.
contract WatchedVault is Initializable, UUPSUpgradeable, AccessControl, Pausable {
    uint256 public immutable version;

    event LimitChanged(uint256 indexed market, uint256 limit);

    constructor(uint256 number) {
        version = number;
        _disableInitializers();
    }

    function initialize(address admin) external initializer {
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    function pause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _pause();
    }

    function unpause() external onlyRole(DEFAULT_ADMIN_ROLE) {
        _unpause();
    }

    function setLimit(uint256 market, uint256 limit) external onlyRole(DEFAULT_ADMIN_ROLE) {
        emit LimitChanged(market, limit);
    }

    /// upgradeToAndCall without the call, so that its arguments are words.
    function upgradeTo(address implementation) external {
        upgradeToAndCall(implementation, "");
    }

    function _authorizeUpgrade(address) internal override onlyRole(DEFAULT_ADMIN_ROLE) {}
}
