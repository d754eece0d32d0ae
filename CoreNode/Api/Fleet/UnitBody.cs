using CoreNode.Api.Wire;
using CoreNode.Units.Model;

namespace CoreNode.Api.Fleet;

/// <summary>A unit as it is sent: by PUT to fleet's API, and in batches to ours. Immutable.</summary>
/// <param name="Name">Its name; empty if none was sent.</param>
/// <param name="Options">Its options; empty if only its state is meant.</param>
/// <param name="DesiredState">The state as it was sent; empty if none was.</param>
internal sealed record UnitBody(string Name, IReadOnlyList<UnitOption> Options, string DesiredState)
{
    /// <summary>Reads a body; null with Go's complaint.</summary>
    public static UnitBody? Read(ReadOnlySpan<byte> body, out string error) =>
        GoBody.Parse(body, out error) is { } json ? Read(json, out error) : null;

    /// <summary>Reads one unit; null with Go's complaint.</summary>
    public static UnitBody? Read(GoJsonValue json, out string error)
    {
        error = "";
        if (json.Kind is not (GoJsonKind.Map or GoJsonKind.Null))
            error = GoBody.WrongKind(json.Kind, "schema.Unit");
        string name = GoBody.Text(json, "name", ref error);
        string state = GoBody.Text(json, "desiredState", ref error);
        List<UnitOption> options = [];
        GoJsonValue? list = json.Find("options");
        if (list is not null && list.Kind != GoJsonKind.Array && error.Length == 0)
            error = GoBody.WrongKind(list.Kind, "[]*schema.UnitOption");
        foreach (GoJsonValue item in list?.Items ?? [])
        {
            if (item.Kind is not (GoJsonKind.Map or GoJsonKind.Null) && error.Length == 0)
                error = GoBody.WrongKind(item.Kind, "schema.UnitOption");
            options.Add(new UnitOption(
                GoBody.Text(item, "section", ref error),
                GoBody.Text(item, "name", ref error),
                GoBody.Text(item, "value", ref error)));
        }

        return error.Length == 0 ? new UnitBody(name, options, state) : null;
    }
}
