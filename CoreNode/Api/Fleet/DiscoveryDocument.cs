using CoreNode.Api.Wire;

namespace CoreNode.Api.Fleet;

/// <summary>
/// GET /fleet/v1/discovery: the API in the words of Google's API discovery (discovery#restDescription), from which
/// clients are generated. Made when it is asked for.
/// </summary>
internal static class DiscoveryDocument
{
    private const string Text = "\"type\":\"string\"";
    private const string Token = "\"nextPageToken\":{\"type\":\"string\",\"location\":\"query\"}";

    /// <summary>Writes the document.</summary>
    public static void Write(JsonBuffer json)
    {
        Raw(json, """
            {"kind":"discovery#restDescription","discoveryVersion":"v1","id":"fleet:v1","name":"schema","version":"v1",
            "title":"fleet API","description":"","documentationLink":"http://github.com/coreos/fleet",
            "protocol":"rest","icons":{"x16":"","x32":""},"labels":[],"baseUrl":"$ENDPOINT/fleet/v1/",
            "basePath":"/fleet/v1/","rootUrl":"$ENDPOINT/","servicePath":"fleet/v1/","batchPath":"batch",
            "parameters":{},"auth":{},"schemas":{
            """);
        Schemas(json);
        Raw(json, "},\"resources\":{");
        Resources(json);
        Raw(json, "}}");
    }

    private static void Schemas(JsonBuffer json)
    {
        const string state = Text + ",\"enum\":[\"inactive\",\"loaded\",\"launched\"]";
        Schema(json, "Machine", ("id", Text), ("primaryIP", Text), (
            "metadata", "\"type\":\"object\",\"properties\":{},\"additionalProperties\":{" + Text + "}"));
        Page(json, "MachinePage", "machines", "Machine");
        Schema(json, "UnitOption", ("section", Text), ("name", Text), ("value", Text));
        Schema(
            json, "Unit", ("name", Text), ("options", ListOf("UnitOption")), ("desiredState", state),
            ("currentState", state), ("machineID", Text + ",\"required\":true"));
        Page(json, "UnitPage", "units", "Unit");
        Schema(
            json, "UnitState", ("name", Text), ("hash", Text), ("machineID", Text), ("systemdLoadState", Text),
            ("systemdActiveState", Text), ("systemdSubState", Text));
        Page(json, "UnitStatePage", "states", "UnitState", isLast: true);
    }

    private static void Resources(JsonBuffer json)
    {
        Raw(json, "\"Machines\":{\"methods\":{");
        List(json, "fleet.Machine.List", "Machine objects", "machines", Token, "MachinePage");
        Raw(json, "}},\"Units\":{\"methods\":{");
        List(json, "fleet.Unit.List", "Unit objects", "units", Token, "UnitPage");
        One(json, "Get", "fleet.Unit.Get", "Retrieve a single Unit object.", "GET", "units", Reply("Unit"));
        One(json, "Delete", "fleet.Unit.Delete", "Delete the referenced Unit object.", "DELETE", "units", "");
        One(
            json, "Set", "fleet.Unit.Set", "Create or update a Unit.", "PUT", "units",
            ",\"request\":{\"$ref\":\"Unit\"}");
        Raw(json, "}},\"UnitState\":{\"methods\":{");
        List(
            json, "fleet.UnitState.List", "UnitState objects", "state",
            Token + ",\"unitName\":{\"type\":\"string\",\"location\":\"query\"},"
            + "\"machineID\":{\"type\":\"string\",\"location\":\"query\"}",
            "UnitStatePage");
        One(
            json, "Get", "fleet.UnitState.Get", "Retrieve a page of a single UnitState object.", "GET", "state",
            Reply("UnitState"));
        Raw(json, "}}");
    }

    private static void Schema(JsonBuffer json, string name, params ReadOnlySpan<(string Name, string Kind)> fields)
    {
        Raw(json, $"\"{name}\":{{\"id\":\"{name}\",\"type\":\"object\",\"properties\":{{");
        for (int i = 0; i < fields.Length; i++)
            Raw(json, $"{(i == 0 ? "" : ",")}\"{fields[i].Name}\":{{{fields[i].Kind}}}");
        Raw(json, "}},");
    }

    private static void Page(JsonBuffer json, string name, string list, string item, bool isLast = false)
    {
        Schema(json, name, (list, ListOf(item)), ("nextPageToken", Text));
        if (isLast)
            json.Truncate(json.Length - 1);
    }

    private static string ListOf(string item) => $"\"type\":\"array\",\"items\":{{\"$ref\":\"{item}\"}}";

    private static string Reply(string schema) => $",\"response\":{{\"$ref\":\"{schema}\"}}";

    private static void List(
        JsonBuffer json, string id, string what, string path, string parameters, string page) => Raw(
        json,
        $"\"List\":{{\"id\":\"{id}\",\"description\":\"Retrieve a page of {what}.\",\"httpMethod\":\"GET\","
        + $"\"path\":\"{path}\",\"parameters\":{{{parameters}}}{Reply(page)}}}");

    private static void One(
        JsonBuffer json, string name, string id, string description, string method, string path, string body) => Raw(
        json,
        $",\"{name}\":{{\"id\":\"{id}\",\"description\":\"{description}\",\"httpMethod\":\"{method}\","
        + $"\"path\":\"{path}/{{unitName}}\",\"parameters\":{{\"unitName\":{{\"type\":\"string\","
        + $"\"location\":\"path\",\"required\":true}}}},\"parameterOrder\":[\"unitName\"]{body}}}");

    private static void Raw(JsonBuffer json, string text) =>
        json.Raw(System.Text.Encoding.ASCII.GetBytes(text.Replace("\n", "", StringComparison.Ordinal)));
}
