using System.Globalization;
using System.Text.Json;
using Nines.Chains.Evm;

namespace Nines.Probing.Browsers;

/// <summary>
/// A wallet for the page to find: the provider of EIP-1193 as <c>window.ethereum</c>, announced by EIP-6963. It shows its account to whoever asks, is on
/// one chain, refuses every signature and transaction with the code of a user who says no (4001), and knows nothing else (4200).
/// </summary>
internal static class TestWalletScript
{
    /// <summary>Is called when the page asks for the account.</summary>
    public const string Asked = "ninesWalletAsked";

    private const string Provider = """
        (() => {
          const account = ACCOUNT, chain = CHAIN, listeners = {};
          const fail = (code, message) => Object.assign(new Error(message), { code });
          const connect = () => { window.ASKED?.('accounts'); return [account]; };
          const provider = Object.freeze({
            isNines: true,
            request: async ({ method, params } = {}) => {
              switch (method) {
                case 'eth_requestAccounts': case 'eth_accounts': return connect();
                case 'wallet_requestPermissions': connect(); return [{ parentCapability: 'eth_accounts' }];
                case 'wallet_getPermissions': return [{ parentCapability: 'eth_accounts' }];
                case 'eth_chainId': return chain;
                case 'net_version': return String(parseInt(chain, 16));
                case 'wallet_switchEthereumChain':
                  if (params?.[0]?.chainId?.toLowerCase() === chain) return null;
                  throw fail(4902, 'This wallet is on one chain only.');
                case 'eth_sendTransaction': case 'eth_signTransaction': case 'eth_sign': case 'personal_sign':
                case 'eth_signTypedData': case 'eth_signTypedData_v3': case 'eth_signTypedData_v4':
                  throw fail(4001, 'This wallet never signs.');
                default: throw fail(4200, `This wallet does not know ${method}.`);
              }
            },
            on(event, listener) { (listeners[event] ??= []).push(listener); return this; },
            removeListener(event, listener) { listeners[event] = (listeners[event] ?? []).filter(other => other !== listener); return this; },
          });
          Object.defineProperty(window, 'ethereum', { value: provider, configurable: true });
          const info = Object.freeze({ uuid: 'a0a1a2a3-0000-4000-8000-000000000001', name: 'Nines', rdns: 'dev.nines.wallet', icon: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>' });
          const announce = () => window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }));
          window.addEventListener('eip6963:requestProvider', announce);
          announce();
        })();
        """;

    public static string For(TestWallet wallet) => Provider
        .Replace("ACCOUNT", JsonSerializer.Serialize(Address.TryParse(wallet.Account, out var address) ? address.ToString() : wallet.Account), StringComparison.Ordinal)
        .Replace("CHAIN", JsonSerializer.Serialize(string.Create(CultureInfo.InvariantCulture, $"0x{wallet.ChainId:x}")), StringComparison.Ordinal)
        .Replace("ASKED", Asked, StringComparison.Ordinal);
}
