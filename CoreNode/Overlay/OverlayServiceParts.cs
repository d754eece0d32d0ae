using CoreNode.Foundation;
using CoreNode.Overlay.Model;
using CoreNode.Store;
using Microsoft.Extensions.Logging;

namespace CoreNode.Overlay;

/// <summary>What the loops of all networks share.</summary>
/// <param name="Options">How this machine takes part.</param>
/// <param name="Client">The store.</param>
/// <param name="Network">The kernel.</param>
/// <param name="Claims">What each network has.</param>
/// <param name="Time">Clock and timers.</param>
/// <param name="Chance">Each network takes a child.</param>
/// <param name="Leased">Told of a network's subnet when that is new; says what went wrong, or nothing.</param>
/// <param name="Logger">Told of what happens.</param>
internal sealed record OverlayServiceParts(
    OverlayOptions Options, IKvClient Client, SerialNetwork Network, NetworkClaims Claims, TimeProvider Time,
    Prng Chance, Func<string, SubnetEnv, string> Leased, ILogger Logger);
