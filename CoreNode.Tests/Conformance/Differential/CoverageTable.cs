using System.Text;

namespace CoreNode.Tests.Conformance.Differential;

/// <summary>
/// Counts what the requests of a run reached: operation × parameter × outcome, and for each method how each parameter
/// was spelled and where it stood. A cell that can occur and was not reached is a hole of the test.
/// </summary>
internal sealed class CoverageTable
{
    /// <summary>Every outcome of /v2/keys: status or etcd's error code ("201 value" is error 201).</summary>
    public static readonly string[] Outcomes =
    [
        "200", "201", "100", "101", "102", "104", "105", "107", "108", "201 value", "202", "203", "209", "210", "211",
        "212", "401", "400", "404",
    ];

    private static readonly Operation[] Operations =
        [.. Enum.GetValues<Operation>().Where(o => o != Operation.Transport)];

    private readonly Dictionary<CoverageCell, int> _cells = [];
    private readonly Dictionary<string, int> _transport = [];
    private readonly Dictionary<(string Method, CarriedParameter Parameter), int> _spellings = [];

    /// <summary>All cells of the table.</summary>
    public static IEnumerable<CoverageCell> AllCells =>
        from operation in Operations
        from parameter in ParameterDraw.Names
        from outcome in Outcomes
        select new CoverageCell(operation, parameter, outcome);

    /// <summary>Cells that can occur and were not reached.</summary>
    public IReadOnlyList<CoverageCell> Holes =>
        [.. AllCells.Where(c => !_cells.ContainsKey(c) && ImpossibleCells.Reason(c) is null)];

    /// <summary>Cells that were reached although they are listed as impossible: the list is wrong there.</summary>
    public IReadOnlyList<CoverageCell> Surprises => [.. _cells.Keys.Where(c => ImpossibleCells.Reason(c) is not null)];

    /// <summary>Ways to write a parameter that no request used.</summary>
    public IReadOnlyList<(string Method, CarriedParameter Parameter)> UnusedSpellings =>
    [
        .. from method in new[] { "GET", "PUT", "POST", "DELETE" }
           from parameter in ParameterDraw.Names
           from spelling in Enum.GetValues<Spelling>()
           from inBody in new[] { false, true }
           where (!inBody || method is "PUT" or "POST") && !HasNoBadSpelling(parameter, spelling)
           let written = (method, new CarriedParameter(parameter, spelling, inBody))
           where !_spellings.ContainsKey(written)
           select written,
    ];

    /// <summary>Statuses of the requests that never reached the store.</summary>
    public IReadOnlyCollection<string> TransportOutcomes => _transport.Keys;

    /// <summary>True once the cell was reached.</summary>
    public bool Reached(CoverageCell cell) => _cells.ContainsKey(cell);

    /// <summary>True once a request of the method carried the parameter so.</summary>
    public bool Used((string Method, CarriedParameter Parameter) spelling) => _spellings.ContainsKey(spelling);

    /// <summary>Counts one step.</summary>
    public void Add(DifferentialStep step)
    {
        DifferentialRequest request = step.Request;
        if (request.Operation == Operation.Transport)
        {
            string outcome = $"{request.Method} {step.Outcome}";
            _transport[outcome] = _transport.GetValueOrDefault(outcome) + 1;
            return;
        }
        foreach (CarriedParameter carried in request.Carried)
        {
            (string, CarriedParameter) spelling = (request.Method, carried);
            _spellings[spelling] = _spellings.GetValueOrDefault(spelling) + 1;
        }
        foreach (string parameter in request.Carried.Select(c => c.Name).Distinct())
        {
            CoverageCell cell = new(request.Operation, parameter, step.Outcome);
            _cells[cell] = _cells.GetValueOrDefault(cell) + 1;
        }
    }

    /// <summary>
    /// The table as text: counts, "·" for cells that cannot occur, "HOLE" for those that were missed.
    /// </summary>
    public override string ToString()
    {
        StringBuilder text = new();
        foreach (Operation operation in Operations)
        {
            string[] columns = [.. Outcomes.Where(o => ParameterDraw.Names.Any(p => IsShown(new(operation, p, o))))];
            text.Append($"\n{operation,-18}").AppendJoin("", columns.Select(c => $"{c,10}")).Append('\n');
            foreach (string parameter in ParameterDraw.Names)
            {
                text.Append($"  {parameter,-16}");
                foreach (string outcome in columns)
                    text.Append($"{Count(new CoverageCell(operation, parameter, outcome)),10}");
                text.Append('\n');
            }
        }
        text.Append("\nbefore the store: ");
        IEnumerable<string> counts = _transport.Select(t => $"{t.Key}: {t.Value}").Order(StringComparer.Ordinal);
        text.AppendJoin(", ", counts);
        return text.Append('\n').ToString();
    }

    // Any value and any previous value can be stored, so only the empty one is refused.
    private static bool HasNoBadSpelling(string parameter, Spelling spelling) =>
        spelling == Spelling.Bad && parameter is ("value" or "prevValue");

    private bool IsShown(CoverageCell cell) => _cells.ContainsKey(cell) || ImpossibleCells.Reason(cell) is null;

    private string Count(CoverageCell cell)
    {
        if (_cells.TryGetValue(cell, out int count))
            return count.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return ImpossibleCells.Reason(cell) is null ? "HOLE" : "·";
    }
}
