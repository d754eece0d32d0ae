using CoreNode.Overlay.Desk;
using CoreNode.Overlay.Model;
using CoreNode.Overlay.Setup;

namespace CoreNode.Hosting.Overlay;

/// <summary>Configurations that come by the desk, checked and stored. Any thread.</summary>
internal static class OverlayOrders
{
    /// <summary>Checks one and stores it, unless it is only to be checked.</summary>
    public static async Task<OverlayWishResult> SetAsync(
        NetworkSetup setup, OverlayWish wish, CancellationToken cancellation)
    {
        string wrongName = OverlayKeys.ProblemOf(wish.Network);
        if (wrongName.Length > 0)
            return new OverlayWishResult(OverlayWishKind.Wrong, [$"network: {wrongName}"], []);
        try
        {
            SetupPlan plan = await setup.PlanAsync(
                await setup.ReadAsync(wish.Network, cancellation), wish.Text.Trim(), cancellation);
            List<string> problems = [];
            foreach (ConfigProblem problem in plan.Problems)
                problems.Add(problem.ToString());
            OverlayWishKind kind = problems.Count > 0 ? OverlayWishKind.Wrong
                : wish.IsOnlyCheck ? OverlayWishKind.Checked
                : plan.IsSame ? OverlayWishKind.Same
                : plan.IsMoving && !wish.MovesLeases ? OverlayWishKind.Moving
                : await setup.StoreAsync(plan, cancellation) ? OverlayWishKind.Stored : OverlayWishKind.Overtaken;
            return new OverlayWishResult(kind, problems, plan.Effects);
        }
        catch (IOException fault)
        {
            return new OverlayWishResult(OverlayWishKind.Unavailable, [fault.Message], []);
        }
    }
}
