"""Domains: the tables of a schema in groups that a person can look at one by one.

Tables are near when a key ties them and when their names share a word. Groups come from maximising modularity
over that nearness (Blondel et al. 2008, without its randomness: nodes are visited in the order of names). The
tables that nearly everything refers to, the users and students of this world, would glue all groups into one;
the keys that refer to them do not count, and they make a group of their own with what they refer to.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from workbench.checks import derived
from workbench.graph import ForeignKeyGraph
from workbench.naming import dotted
from workbench.words import phrases, words

OTHERS = "others"
CORE = "core"
# A schema with no more tables than this is one domain.
_SMALL = 12
# Beyond this, nobody looks at groups one by one, and finding them takes long: the leading word decides.
_LARGE = 2000
# Words of names that say what a table is for within its domain, not which domain it is in.
_PLAIN = frozenset(
    phrases(
        "log, logs, item, items, record, records, history, type, types, detail, details, status, config, configs, "
        "report, reports, template, templates, data, map, list, entry, entries, link, links, id, the, of, and, to"
    )
)
_Weights = dict[int, dict[int, float]]


@derived
def domains(foreign_key_graph: ForeignKeyGraph) -> Mapping[str, str]:
    """Return the domain of each table by dotted path, in the order of domains and names."""
    graph = foreign_key_graph
    schemas: dict[str, list[int]] = defaultdict(list)
    for node in sorted(range(len(graph.tables)), key=graph.tables.__getitem__):
        schemas[graph.tables[node][0]].append(node)
    found: dict[int, str] = {}
    for schema, nodes in schemas.items():
        prefix = f"{schema}: " if len(schemas) > 1 else ""
        if len(nodes) <= _SMALL:
            groups = [nodes]
        else:
            groups = _by_word(graph, nodes) if len(nodes) > _LARGE else _groups(graph, nodes)
        names = _titles(graph, groups, schema)
        for name, group in zip(names, groups, strict=True):
            label = schema if name == schema else f"{prefix}{name}"
            found |= dict.fromkeys(group, label)
    ordered = sorted(found, key=lambda n: (found[n].endswith(OTHERS), found[n], graph.tables[n]))
    return {dotted(*graph.tables[node]): found[node] for node in ordered}


def _groups(graph: ForeignKeyGraph, nodes: Sequence[int]) -> list[list[int]]:
    hubs = _hubs(graph, nodes)
    weights = _nearness(graph, nodes, hubs)
    community = {node: node for node in nodes}
    while True:
        merged = _move(weights)
        if len(set(merged.values())) == len(merged):
            break
        community = {node: merged[group] for node, group in community.items()}
        weights = _condense(weights, merged)
    members: dict[int, list[int]] = defaultdict(list)
    for node in nodes:
        members[community[node]].append(node)
    alone = [group[0] for group in members.values() if len(group) == 1]
    groups = [group for group in members.values() if len(group) > 1]
    return [*groups, alone] if alone else groups


def _by_word(graph: ForeignKeyGraph, nodes: Sequence[int]) -> list[list[int]]:
    """Return the tables by the first word of their names; words that a single table has come together."""
    by_word: dict[str, list[int]] = defaultdict(list)
    for node in nodes:
        by_word[next(map(_singular, words(graph.tables[node][1])), "")].append(node)
    alone = [group[0] for group in by_word.values() if len(group) == 1]
    groups = [group for group in by_word.values() if len(group) > 1]
    return [*groups, alone] if alone else groups


def _hubs(graph: ForeignKeyGraph, nodes: Sequence[int]) -> frozenset[int]:
    """Return the tables that more than an eighth of the others refer to."""
    referring = {node: {key.referencing for key in graph.incoming[node]} - {node} for node in nodes}
    return frozenset(node for node in nodes if len(referring[node]) >= max(8, len(nodes) // 8))


def _nearness(graph: ForeignKeyGraph, nodes: Sequence[int], hubs: frozenset[int]) -> _Weights:
    """Return how near tables are: 1 for a key, 1 for a shared leading word, less for words further on."""
    inside = set(nodes)
    weights: _Weights = {node: defaultdict(float) for node in nodes}
    for node in nodes:
        for key in graph.outgoing[node]:
            other = key.referenced
            if other in inside and other != node and other not in hubs:
                weights[node][other] += 1.0
                weights[other][node] += 1.0
    sharing: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for node in (node for node in nodes if node not in hubs):
        for position, word in enumerate(dict.fromkeys(map(_singular, words(graph.tables[node][1])))):
            if word not in _PLAIN:
                sharing[word].append((node, 1.0 / (1 + position)))
    for members in sharing.values():
        # A word that a quarter of all tables have tells nothing, and costs a square of its number.
        if len(members) > max(16, len(nodes) // 4):
            continue
        for i, (left, one) in enumerate(members):
            for right, two in members[i + 1 :]:
                weights[left][right] += one * two
                weights[right][left] += one * two
    for hub in hubs:
        weights[hub].update(dict.fromkeys(hubs - {hub}, 3.0))
    return weights


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _move(weights: _Weights) -> dict[int, int]:
    """Return each node's community after moving nodes one by one to where modularity gains most."""
    degree = {node: sum(near.values()) for node, near in weights.items()}
    total = sum(degree.values()) or 1.0
    community = {node: node for node in weights}
    size = dict(degree)
    moved = True
    while moved:
        moved = False
        for node, near in weights.items():
            ties: dict[int, float] = defaultdict(float)
            for other, weight in near.items():
                if other != node:
                    ties[community[other]] += weight
            own = community[node]
            size[own] -= degree[node]
            gain = {c: tie - degree[node] * size[c] / total for c, tie in ties.items()}
            best = max(gain, key=lambda c: (gain[c], -c), default=own)
            stay = ties[own] - degree[node] * size[own] / total
            chosen = best if gain and gain[best] > stay + 1e-9 else own
            size[chosen] += degree[node]
            moved |= chosen != own
            community[node] = chosen
    return community


def _condense(weights: _Weights, community: Mapping[int, int]) -> _Weights:
    """Return the nearness of communities to each other, their inner one included."""
    merged: _Weights = {community[node]: defaultdict(float) for node in weights}
    for node, near in weights.items():
        for other, weight in near.items():
            merged[community[node]][community[other]] += weight
    return merged


def _titles(graph: ForeignKeyGraph, groups: Sequence[Sequence[int]], schema: str) -> list[str]:
    """Return a name for each group: the word that most of its tables share, told apart where two agree."""
    if len(groups) == 1:
        return [schema]
    titles: list[str] = []
    hubs = _hubs(graph, [node for group in groups for node in group])
    for group in groups:
        counts: Counter[str] = Counter()
        for node in group:
            counts.update(set(map(_singular, words(graph.tables[node][1]))) - _PLAIN)
        ranked = sorted(counts, key=lambda word: (-counts[word], word))
        shared = [word for word in ranked if counts[word] > 1]
        busiest = max(group, key=lambda n: (len(graph.incoming[n]), graph.tables[n]))
        title = shared[0] if shared else graph.tables[busiest][1]
        if hubs & set(group):
            title = CORE
        elif group is groups[-1] and not shared:
            title = OTHERS
        number = sum(one.partition(" (")[0] == title for one in titles)
        titles.append(f"{title} ({number + 1})" if number else title)
    return titles
