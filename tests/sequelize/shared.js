// What the loaders share: TypeScript and modules of ECMAScript by SWC, and what Sequelize knows of a model.
'use strict';

const fs = require('fs');
const swc = require('@swc/core');
const { DataTypes } = require('sequelize');

// TypeScript as the compilers of real projects emit it: decorators with the design types of their properties.
function compile(file) {
  const { code } = swc.transformSync(fs.readFileSync(file, 'utf8'), {
    filename: file,
    swcrc: false,
    jsc: {
      parser: { syntax: 'typescript', decorators: true, tsx: file.endsWith('x') },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      target: 'es2020',
    },
    module: { type: 'commonjs' },
  });
  return code;
}

for (const extension of ['.ts', '.mts', '.tsx', '.mjs']) {
  require.extensions[extension] = (module, file) => module._compile(compile(file), file);
}

function describe(model) {
  const attributes = {};
  for (const [name, attribute] of Object.entries(model.rawAttributes)) {
    if (attribute.type instanceof DataTypes.VIRTUAL) continue;
    attributes[name] = {
      field: attribute.field,
      references: attribute.references || null,
      onDelete: attribute.onDelete || null,
      onUpdate: attribute.onUpdate || null,
      primaryKey: attribute.primaryKey === true,
    };
  }
  const associations = Object.entries(model.associations).map(([alias, association]) => ({
    alias,
    kind: association.associationType,
    target: association.target.name,
    foreignKey: association.foreignKey,
    otherKey: association.otherKey || null,
    through: association.through && association.through.model ? association.through.model.tableName : null,
  }));
  const named = model.getTableName();
  return {
    name: model.name,
    table: typeof named === 'string' ? named : named.tableName,
    schema: typeof named === 'string' ? 'public' : named.schema,
    timestamps: model._timestampAttributes,
    paranoid: Boolean(model._timestampAttributes.deletedAt),
    underscored: Boolean(model.options.underscored),
    attributes,
    associations,
    indexes: model._indexes.map((index) => index.name),
  };
}

module.exports = { compile, describe };
